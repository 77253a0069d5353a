// One batch of messages before a deadline: what a Lambda invocation is.
// Tests: src/process/queue_worker_test.cc
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/backoff.h"
#include "base/deadline.h"
#include "ports/queue.h"
#include "ports/random.h"
#include "process/executor.h"
#include "process/visibility_failures.h"

namespace headgate::process {

// For one thread. The threads of the worker pool sleep between invocations, so that a frozen process misses
// nothing.
class InvocationProcessor {
 public:
  struct Options {
    // Before the deadline no new call is begun, so that what is under way can be written down.
    std::chrono::milliseconds margin{2'000};
    // When a message that is not done comes back, if there is a queue to tell.
    Backoff retry{.first = std::chrono::milliseconds{5'000}, .longest = std::chrono::milliseconds{3'600'000}};
    // The central buckets; empty: messages are not judged by the buckets that they name.
    std::set<BucketName> buckets = {};
  };
  // `queue`, if any: asked to hide messages that are not done for as long as their back-off says. What it
  // answers goes to `failures`, if any, which outlives the executor's threads: they come back then when the
  // queue's own time-out says.
  InvocationProcessor(Clock& clock, Random& random, Executor& pool, KeyTemplate key_template, Options options,
                      Queue* queue = nullptr, VisibilityFailures* failures = nullptr)
      : clock_(clock),
        random_(random),
        pool_(pool),
        key_template_(std::move(key_template)),
        options_(std::move(options)),
        queue_(queue),
        failures_(failures) {}

  // A batch of which every message names foreign buckets alone is not done as a whole: the function, or its
  // queue, is another environment's, and the messages belong back into the queue.
  // The ids of the messages that are not done, in the order they came: Lambda's batchItemFailures. Returns
  // by the deadline, also when a destination hangs: what a thread finds later only saves the next try.
  std::vector<std::string> process(const std::vector<ReceivedMessage>& messages, Deadline deadline);

 private:
  Clock& clock_;
  Random& random_;
  Executor& pool_;
  const KeyTemplate key_template_;
  const Options options_;
  Queue* const queue_;
  VisibilityFailures* const failures_;
};

// How long a message that is not done stays invisible: by how often it came, not before its outcome says, and
// at most what a queue allows. An interrupted message can be tried again at once.
std::chrono::seconds wait_after(const ReceivedMessage& message, const Outcome& outcome, const Backoff& retry,
                                std::uint64_t random);

}  // namespace headgate::process
