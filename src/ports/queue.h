// The queue of messages that announce objects: SQS, a SQLite file in local mode, SimQueue in simulations.
// Messages arrive at least once and in any order.
// Tests: tests/conformance/queue.h, tests/conformance/dead_letters.h
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "model/time/timestamp.h"

namespace headgate {

struct ReceivedMessage {
  std::string id;
  // Identifies this receive. It is not valid any more once the message was received again or removed. After
  // the visibility timeout it can still remove the message until then, as in SQS, but not extend the
  // visibility.
  std::string receipt;
  std::string body;
  std::uint32_t receive_count = 1;
  Timestamp sent_at;
};

struct QueueDepth {
  std::uint64_t waiting = 0;    // messages that can be received now
  std::uint64_t in_flight = 0;  // messages that were received, and are neither removed nor visible again
  std::uint64_t delayed = 0;    // messages that were sent with a delay that has not passed; a message that
                                // change_visibility() hides is in flight
  std::uint64_t dead = 0;       // dead letters
};

// Thread-safe.
class Queue {
 public:
  static constexpr std::size_t kReceiveMax = 10;                 // SQS: ReceiveMessage MaxNumberOfMessages
  static constexpr std::chrono::seconds kVisibilityMax{43'200};  // SQS: 12 h after the receive

  virtual ~Queue() = default;
  virtual Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) = 0;
  struct Receive {
    std::size_t count_max = kReceiveMax;  // at most 10
    std::chrono::seconds visibility{30};  // how long the messages are hidden from others
    std::chrono::milliseconds wait{0};    // how long to wait for the first message, at most 20 s
  };
  // The wait ends early enough for the answer to arrive before the deadline. If it does not arrive in time,
  // the error is Fault::Retry, and its messages become visible again after `visibility`. A message that was
  // received more often than the queue allows becomes a dead letter instead.
  virtual Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) = 0;
  // Fault::NotFound if the receipt is not valid any more.
  virtual Result<> remove(const std::string& receipt, Deadline deadline) = 0;
  // Sets the visibility timeout, counted from now; 0 makes the message visible at once. Fault::NotFound if
  // the receipt is not valid any more.
  virtual Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                                     Deadline deadline) = 0;
  // Makes messages visible at once, as many in a call as the service allows. A message whose receipt is not
  // valid any more, or that no call reaches, becomes visible when its timeout ends.
  virtual Result<> give_back(const std::vector<std::string>& receipts, Deadline deadline) {
    Result<> first_error;
    for (const std::string& receipt : receipts) {
      Result<> changed = change_visibility(receipt, std::chrono::seconds{0}, deadline);
      const bool is_failed = !changed.ok() && changed.error().fault != Fault::NotFound;
      if (is_failed && first_error.ok()) first_error = std::move(changed);
    }
    return first_error;
  }
  virtual Result<QueueDepth> depth(Deadline deadline) = 0;
};

// Messages that were received too often.
class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  virtual Result<std::vector<ReceivedMessage>> dead_letters(std::size_t count_max, Deadline deadline) = 0;
  // Moves messages back to the queue with a receive count of zero, and returns how many. All if `count_max`
  // is 0.
  virtual Result<std::uint64_t> redrive(std::size_t count_max, Deadline deadline) = 0;
  virtual Result<std::uint64_t> purge(Deadline deadline) = 0;
};

}  // namespace headgate
