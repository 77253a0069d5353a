#include "process/crew.h"

#include <pthread.h>

#include <utility>

namespace headgate::process {

Load load_of(const ReceivedMessage& message, const KeyTemplate& key_template) {
  Load load;
  const Result<Notification> notification = parse_notification(message.body);
  if (!notification.ok()) return load;
  for (const ObjectCreated& object : notification->objects) {
    load.bytes += object.bytes;
    if (!load.tenant.empty()) continue;
    Result<KeyFields> fields = key_template.parse_key(object.key);
    if (fields.ok()) load.tenant = fields->tenant;
  }
  return load;
}

Crew::Crew(Processor::World world, Options options)
    : shared_(world.metrics, options.gate),
      world_(world),
      options_(std::move(options.processor)),
      shares_(options.threads) {
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
    const std::uint64_t number = next_number_++;
    shares_.add(job.tenant, number);
    jobs_.emplace(number, std::move(job));
  }
  changed_.notify_one();
}

std::vector<Crew::Job> Crew::withdraw() {
  const std::lock_guard lock(mutex_);
  std::vector<Job> jobs;
  for (const Shares::Next& next : shares_.clear()) {
    jobs.push_back(std::move(jobs_.extract(next.number).mapped()));
  }
  return jobs;
}

bool Crew::is_held_up(const TenantId& tenant) const {
  const std::lock_guard lock(mutex_);
  return shares_.is_held_up(tenant);
}

void Crew::work(std::size_t number, const std::stop_token& stop) {
  const std::string suffix = "-" + std::to_string(number);
  ::pthread_setname_np(::pthread_self(), ("deliver" + suffix).substr(0, 15).c_str());
  ProcessorOptions options = options_;
  options.owner = LeaseOwner(options.owner.str() + suffix);
  options.is_side_by_side = true;
  Processor processor(world_, std::move(options));
  for (;;) {
    std::unique_lock lock(mutex_);
    std::optional<Shares::Next> next;
    const auto take = [&] {
      next = shares_.next();
      return next.has_value();
    };
    if (!changed_.wait(lock, stop, take)) return;
    const Job job = std::move(jobs_.extract(next->number).mapped());
    const bool is_more = shares_.waiting() > 0;
    lock.unlock();
    if (is_more) changed_.notify_one();  // it may start too: whoever takes it passes this on
    const auto on_good = [&] {
      {
        const std::lock_guard told(mutex_);
        shares_.succeeded(job.tenant);
      }
      changed_.notify_one();
    };
    const Outcome outcome = processor.process(job.message, job.limits, on_good);
    job.done(job.message, outcome);
    lock.lock();
    shares_.done(job.tenant, outcome.health);  // what may start now, this thread takes
  }
}

}  // namespace headgate::process
