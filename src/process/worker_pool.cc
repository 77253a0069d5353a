#include "process/worker_pool.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace headgate::process {
namespace {

// How often an idle thread asks for a job while a job waits to be done alone, or is done alone.
constexpr std::chrono::milliseconds kLookAgain{200};

}  // namespace

WorkerPool::WorkerPool(Processor::Deps deps, Options options)
    : shared_(deps.metrics, options.gate),
      deps_(deps),
      options_(std::move(options.processor)),
      jobs_(options.threads) {
  deps_.shared = &shared_;
  for (std::size_t number = 0; number < options.threads; ++number) {
    threads_.emplace_back([this, number](const std::stop_token& stop) { work(number, stop); });
  }
}

WorkerPool::~WorkerPool() {
  (void)withdraw();
  for (std::jthread& thread : threads_) thread.request_stop();
}

void WorkerPool::submit(Job job) {
  {
    const MutexLock lock(mutex_);
    jobs_.add(std::move(job));
  }
  changed_.notify_one();
}

std::vector<WorkerPool::Job> WorkerPool::withdraw() {
  const MutexLock lock(mutex_);
  return jobs_.clear();
}

bool WorkerPool::is_held_up(const TenantId& tenant) const {
  const MutexLock lock(mutex_);
  return jobs_.is_held_up(tenant);
}

void WorkerPool::work(std::size_t number, const std::stop_token& stop) {
  const std::string suffix = "-" + std::to_string(number);
  ::pthread_setname_np(::pthread_self(), ("deliver" + suffix).substr(0, 15).c_str());
  ProcessorOptions options = options_;
  options.owner = LeaseOwner(options.owner.str() + suffix);
  options.is_side_by_side = true;
  Processor processor(deps_, std::move(options));
  for (;;) {
    std::optional<Job> job;
    bool is_more = false;
    {
      const MutexLock lock(mutex_);
      while (!(job = jobs_.next(deps_.clock.steady()))) {
        if (stop.stop_requested()) return;
        if (jobs_.is_timed()) {
          changed_.wait_until(mutex_, CondVar::after(kLookAgain), stop);
        } else {
          changed_.wait(mutex_, stop);
        }
      }
      is_more = jobs_.waiting() > 0;
    }
    if (is_more) changed_.notify_one();  // it may start too: whoever takes it passes this on
    const auto on_good = [&] {
      {
        const MutexLock told(mutex_);
        jobs_.succeeded(*job);
      }
      changed_.notify_one();
    };
    Outcome outcome = processor.process(job->task, job->limits, on_good,
                                        job->is_alone ? Isolation::Alone : Isolation::Shared);
    if (outcome.needs_alone && !job->is_alone) {
      const MutexLock lock(mutex_);
      const SteadyTime now = deps_.clock.steady();
      // With the lock: after the limits are over somebody withdraws the jobs, and then none may be added.
      if (!job->limits.is_over(now)) {
        jobs_.do_alone(*std::move(job), now);
        changed_.notify_all();  // those that wait without a time-out have to look at the clock from now on
        continue;
      }
      outcome.is_interrupted = true;
    }
    job->done(job->task.message, outcome);
    const MutexLock lock(mutex_);
    jobs_.done(*job, outcome.health, deps_.clock.steady());  // what may start now, this thread takes
    if (job->is_alone) changed_.notify_all();
  }
}

}  // namespace headgate::process
