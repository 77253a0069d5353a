// Keeps a processor busy from a queue: receive, process, settle.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "base/backoff.h"
#include "base/metrics.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/queue.h"
#include "ports/random.h"
#include "process/processor.h"

namespace headgate::process {

// One thread; several workers may share processor and queue.
class Worker {
 public:
  struct Options {
    std::chrono::seconds visibility{300};
    std::chrono::milliseconds wait{20'000};  // for a message
    std::size_t receive_max = Queue::kReceiveMax;
    Backoff retry{.first = std::chrono::milliseconds{5'000}, .longest = std::chrono::milliseconds{3'600'000}};
    Backoff after_error{.first = std::chrono::milliseconds{500},
                        .longest = std::chrono::milliseconds{30'000}};
  };
  Worker(Clock& clock, Random& random, Queue& queue, Processor& processor, Metrics& metrics, Options options);

  // One receive and all it brings; how many messages that was.
  Result<std::size_t> turn();
  // Turns until stopped; a queue that fails is asked again, less and less often.
  void run(const std::stop_token& stop);

 private:
  Result<> take(const ReceivedMessage& message);

  Clock& clock_;
  Random& random_;
  Queue& queue_;
  Processor& processor_;
  const Options options_;
  Counter& done_;
  Counter& again_;
};

}  // namespace headgate::process
