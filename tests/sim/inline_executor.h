// An executor without threads. Submitted work is done when the simulation says so, in the order of the
// tenants' shares, as a worker pool would do it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "process/executor.h"
#include "process/processor.h"

namespace headgate::sim {

// One thread.
class InlineExecutor final : public process::Executor {
 public:
  explicit InlineExecutor(process::Processor& processor) : processor_(processor) {}

  void submit(Job job) override { jobs_.add(std::move(job)); }
  std::vector<Job> withdraw() override { return jobs_.clear(); }
  bool is_held_up(const TenantId& tenant) const override { return jobs_.is_held_up(tenant); }

  // One job, from its beginning to its end; false when none waits. A crash leaves it as it was then.
  bool work() {
    std::optional<Job> job = jobs_.next(SteadyTime{});
    if (!job) return false;
    const process::Outcome outcome = processor_.process(
        job->task, job->limits, {}, job->is_alone ? process::Isolation::Alone : process::Isolation::Shared);
    if (outcome.needs_alone && !job->is_alone) {
      jobs_.do_alone(*std::move(job), SteadyTime{});
      return true;
    }
    job->done(job->task.message, outcome);
    jobs_.done(*job, outcome.health, SteadyTime{});
    return true;
  }

 private:
  process::Processor& processor_;
  process::JobQueue jobs_{1};
};

}  // namespace headgate::sim
