#include "process/crew.h"

#include <pthread.h>

#include <utility>

namespace headgate::process {

Crew::Crew(Processor::World world, Options options)
    : shared_(world.metrics, options.gate),
      world_(world),
      options_(std::move(options.processor)),
      jobs_(options.threads) {
  world_.shared = &shared_;
  for (std::size_t number = 0; number < options.threads; ++number) {
    threads_.emplace_back([this, number](const std::stop_token& stop) { work(number, stop); });
  }
}

Crew::~Crew() {
  (void)withdraw();
  for (std::jthread& thread : threads_) thread.request_stop();
}

void Crew::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.add(std::move(job));
  }
  changed_.notify_one();
}

std::vector<Crew::Job> Crew::withdraw() {
  const std::lock_guard lock(mutex_);
  return jobs_.clear();
}

bool Crew::is_held_up(const TenantId& tenant) const {
  const std::lock_guard lock(mutex_);
  return jobs_.is_held_up(tenant);
}

void Crew::work(std::size_t number, const std::stop_token& stop) {
  const std::string suffix = "-" + std::to_string(number);
  ::pthread_setname_np(::pthread_self(), ("deliver" + suffix).substr(0, 15).c_str());
  ProcessorOptions options = options_;
  options.owner = LeaseOwner(options.owner.str() + suffix);
  options.is_side_by_side = true;
  Processor processor(world_, std::move(options));
  for (;;) {
    std::optional<Job> job;
    std::unique_lock lock(mutex_);
    const auto take = [&] {
      job = jobs_.next();
      return job.has_value();
    };
    if (!changed_.wait(lock, stop, take)) return;
    const bool is_more = jobs_.waiting() > 0;
    lock.unlock();
    if (is_more) changed_.notify_one();  // it may start too: whoever takes it passes this on
    const auto on_good = [&] {
      {
        const std::lock_guard told(mutex_);
        jobs_.succeeded(job->tenant);
      }
      changed_.notify_one();
    };
    const Outcome outcome = processor.process(job->task, job->limits, on_good);
    job->done(job->task.message, outcome);
    lock.lock();
    jobs_.done(job->tenant, outcome.health);  // what may start now, this thread takes
  }
}

}  // namespace headgate::process
