// The queue of notifications in SQS, and its dead-letter queue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "aws/sqs/sqs_client.h"
#include "base/mutex.h"
#include "ports/queue.h"

namespace headgate::aws {

struct SqsSettings {
  std::string queue = {};              // its URL, its ARN, or its name in our account
  std::string region = {};             // if empty, that of the URL or ARN
  std::string dead_letter_queue = {};  // URL or ARN; if empty, the one in the queue's RedrivePolicy
  EndpointSettings endpoints = {};
  ServiceClient::Options client = {};
  std::chrono::milliseconds call_max{
      20'000};  // limits one call with all its tries, apart from the time that it waits for messages
  std::chrono::milliseconds redrive_max{60'000};  // limits redrive()
  std::stop_token receive_stop = {};              // ends a receive() that is waiting, and nothing else
};

// Thread-safe. Has the properties of a standard queue: messages arrive at least once and in any order,
// depth() is approximate, and remove() with a receipt that is not valid any more may succeed without effect.
//
// receive() waits whole seconds. It stops waiting kAnswerMax before its deadline, to leave time for the
// answer. An answer may be as long as the client's body_bytes_max: 16 MiB is enough for ten messages of 1 MiB
// with all quotes escaped.
class SqsQueue final : public Queue, public DeadLetters {
 public:
  // If the queue is not named by its URL, asks SQS for it, until receive_stop. Fault::NotFound if the queue
  // does not exist, Fault::Invalid without a region. The dependencies must outlive the queue.
  static Result<std::unique_ptr<SqsQueue>> open(const ServiceClient::Deps& deps, SqsSettings settings);

  const std::string& url() const { return url_; }

  Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) override;
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override;
  Result<> remove(const std::string& receipt, Deadline deadline) override;
  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                             Deadline deadline) override;
  // Uses ChangeMessageVisibilityBatch, ten messages at a time.
  Result<> give_back(const std::vector<std::string>& receipts, Deadline deadline) override;
  Result<QueueDepth> depth(Deadline deadline) override;

  // Returns at most kShownMax messages. SQS counts each look as a receive. This function and those below
  // answer Fault::NotFound if the queue has no dead-letter queue.
  Result<std::vector<ReceivedMessage>> dead_letters(std::size_t count_max, Deadline deadline) override;
  // All messages are moved by a task of SQS, each to the queue that it came from. After redrive_max the task
  // continues alone, and the result is the number so far. A limited number, or a service without such tasks:
  // messages are moved one by one to this queue, without their attributes. A crash may then leave one message
  // in both queues.
  Result<std::uint64_t> redrive(std::size_t count_max, Deadline deadline) override;
  // The returned number is approximate. Fault::Retry within a minute of the last purge.
  Result<std::uint64_t> purge(Deadline deadline) override;

  static constexpr std::size_t kShownMax = 1'000;
  // The time before a receive's deadline that is left for the answer. The messages of an answer that comes
  // too late are hidden from everybody until their visibility timeout ends.
  static constexpr std::chrono::seconds kAnswerMax{3};

 private:
  struct Dead {
    std::string url;
    std::string arn;
  };

  SqsQueue(const ServiceClient::Deps& deps, Endpoint endpoint, SqsSettings settings);
  Result<> find();
  Result<Dead> dead(Deadline deadline);
  Result<Dead> find_dead(const std::string& named, Deadline deadline);
  Result<std::uint64_t> redrive_by_task(const std::string& arn, Deadline deadline);
  Result<std::uint64_t> redrive_one_by_one(const std::string& from, std::size_t count_max, Deadline deadline);

  Clock& clock_;
  const SqsSettings settings_;
  SqsClient client_;
  SqsClient receiver_;  // only receives; it stops earlier than client_, which gives messages back
  std::string url_;     // set by open()
  Mutex mutex_;
  Dead dead_ GUARDED_BY(mutex_);  // empty until it was found
};

}  // namespace headgate::aws
