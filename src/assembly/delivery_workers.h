// The threads that deliver the objects that a queue announces.
// Tests: tests/e2e/aws_pipeline_test.py, src/cli/process_lambda_test.cc
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>

#include "base/result.h"
#include "config/config.h"
#include "model/names.h"
#include "process/parked_release.h"
#include "process/queue_worker.h"
#include "process/worker_pool.h"

namespace headgate::assembly {

// The processor's options from the settings. The error names the setting.
Result<process::ProcessorOptions> processor_options(const config::Config& config, LeaseOwner owner);

// Releases parked deliveries, on a thread beside the workers. `queue` may be nullptr.
std::unique_ptr<process::ParkedRelease> parked_release(const process::Processor::Deps& deps, Random& random,
                                                       Queue* queue, process::WorkerPool& pool);

class DeliveryWorkers {
 public:
  struct Deps {
    process::Processor::Deps processor;
    Random& random;
    Queue& queue;
  };
  struct Times {
    std::chrono::milliseconds wait{5'000};    // longest wait for a message, and so for noticing a stop
    std::chrono::milliseconds grace{25'000};  // of stop()
  };
  // `stops`: asked to stop when the grace of stop() is over.
  static Result<std::unique_ptr<DeliveryWorkers>> start(const Deps& deps, const config::Config& config,
                                                        LeaseOwner owner, Times times,
                                                        process::WorkerStops stops);
  ~DeliveryWorkers() { stop(); }
  DeliveryWorkers(const DeliveryWorkers&) = delete;
  DeliveryWorkers& operator=(const DeliveryWorkers&) = delete;

  // The error of the latest calls, if the workers cannot work. Any thread; never waits.
  Result<> status() const { return worker_->status(); }

  // Receives no more messages. Deliveries have `grace` to finish; those that do not are tried again later.
  void stop();

 private:
  DeliveryWorkers() = default;
  std::unique_ptr<process::WorkerPool> pool_;
  std::unique_ptr<process::QueueWorker> worker_;
  std::unique_ptr<process::ParkedRelease> release_;
  process::WorkerStops stops_;
  std::jthread release_thread_;  // releases parked deliveries
  std::jthread thread_;
};

}  // namespace headgate::assembly
