// Messages that say an object exists: SQS, a SQLite file in local mode, SimQueue in simulations. At least
// once, unordered.
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
  // Of this receive; void once the message was received again or removed. After its visibility time-out, and
  // until then, it can still remove the message, as SQS has it, but not extend its visibility.
  std::string receipt;
  std::string body;
  std::uint32_t receive_count = 1;
  Timestamp sent_at;
};

struct QueueDepth {
  std::uint64_t waiting = 0;    // can be received now
  std::uint64_t in_flight = 0;  // received, neither removed nor visible again
  std::uint64_t delayed =
      0;  // sent with a delay, or made invisible by change_visibility after a failure counts as in_flight
  std::uint64_t dead = 0;  // dead letters
};

// Any thread.
class Queue {
 public:
  static constexpr std::size_t kReceiveMax = 10;                 // SQS: ReceiveMessage MaxNumberOfMessages
  static constexpr std::chrono::seconds kVisibilityMax{43'200};  // SQS: 12 h from the receive

  virtual ~Queue() = default;
  virtual Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) = 0;
  struct Receive {
    std::size_t count_max = kReceiveMax;  // at most 10
    std::chrono::seconds visibility{30};  // for so long others do not see the messages
    std::chrono::milliseconds wait{0};    // for the first message: never over 20 s
  };
  // The wait ends so that the answer can be here by the deadline; an answer that is not is Retry, and the
  // messages that it held come back after their visibility. A message received more often than the queue's
  // limit becomes a dead letter instead.
  virtual Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) = 0;
  // NotFound for a receipt that is void.
  virtual Result<> remove(const std::string& receipt, Deadline deadline) = 0;
  // From now; 0 makes it visible at once. NotFound for a receipt that is void.
  virtual Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                                     Deadline deadline) = 0;
  // Makes messages visible at once, as many in a call as the service takes. Those whose receipt is void, or
  // that a call does not reach, become visible when their time-out says.
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

// What is left of messages that were received too often.
class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  virtual Result<std::vector<ReceivedMessage>> dead_letters(std::size_t count_max, Deadline deadline) = 0;
  // Back to the queue with a receive count of zero; how many. 0 count_max = all.
  virtual Result<std::uint64_t> redrive(std::size_t count_max, Deadline deadline) = 0;
  virtual Result<std::uint64_t> purge(Deadline deadline) = 0;
};

}  // namespace headgate
