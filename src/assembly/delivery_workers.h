// The threads that deliver what a queue tells of.
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

// What the settings say. The error names the setting.
Result<process::ProcessorOptions> processor_options(const config::Config& config, LeaseOwner owner);

// Looks after what is parked, beside the crew. `queue` may be none.
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
    std::chrono::milliseconds wait{5'000};    // for a message; also how soon it is seen that it should stop
    std::chrono::milliseconds grace{25'000};  // of stop()
  };
  // `stops`: asked to stop when the grace of stop() is over.
  static Result<std::unique_ptr<DeliveryWorkers>> start(const Deps& deps, const config::Config& config,
                                                        LeaseOwner owner, Times times,
                                                        process::WorkerStops stops);
  ~DeliveryWorkers() { stop(); }
  DeliveryWorkers(const DeliveryWorkers&) = delete;
  DeliveryWorkers& operator=(const DeliveryWorkers&) = delete;

  // Whether they can do their work, as far as they saw lately. Any thread; never waits.
  Result<> status() const { return worker_->status(); }

  // Receives nothing more; what is under way has the grace to end, and is else left for another try.
  void stop();

 private:
  DeliveryWorkers() = default;
  std::unique_ptr<process::WorkerPool> pool_;
  std::unique_ptr<process::QueueWorker> worker_;
  std::unique_ptr<process::ParkedRelease> release_;
  process::WorkerStops stops_;
  std::jthread release_thread_;  // looks after what is parked
  std::jthread thread_;
};

}  // namespace headgate::assembly
