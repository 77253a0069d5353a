// A bounded set of threads that process messages, by fair shares of the tenants (shares.h). A message that
// was under way when a worker died is processed alone (executor.h).
// Tests: src/process/queue_worker_test.cc
#pragma once

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "deliver/gate.h"
#include "process/executor.h"
#include "process/processor.h"

namespace headgate::process {

// Any thread may submit. Threads are named deliver-0, deliver-1, ...; each has a Processor of its own, whose
// name in the ledger is `processor.owner` and the thread's number. Nothing ticks: threads only wait.
class WorkerPool final : public Executor {
 public:
  struct Options {
    std::size_t threads = 16;
    ProcessorOptions processor;
    deliver::Gate::Options gate = {};
  };

  WorkerPool(Processor::Deps deps, Options options);
  // Drops what waits, without a word; what is being worked on is finished, or left off when its limits say
  // so.
  ~WorkerPool() override;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(Job job) override;
  std::vector<Job> withdraw() override;
  bool is_held_up(const TenantId& tenant) const override;
  std::size_t threads() const { return threads_.size(); }
  Shared& shared() { return shared_; }

 private:
  void work(std::size_t number, const std::stop_token& stop);

  Shared shared_;
  Processor::Deps deps_;
  const ProcessorOptions options_;
  mutable Mutex mutex_;
  CondVar changed_;
  JobQueue jobs_ GUARDED_BY(mutex_);
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace headgate::process
