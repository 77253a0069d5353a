// Notifications in SQS, and what is left of them in its dead-letter queue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "aws/sqs/sqs_client.h"
#include "ports/queue.h"

namespace headgate::aws {

struct SqsSettings {
  std::string queue = {};              // its URL, its ARN, or its name in our account
  std::string region = {};             // empty: that of the URL or ARN
  std::string dead_letter_queue = {};  // URL or ARN; empty: the one that the queue's RedrivePolicy names
  EndpointSettings endpoints = {};
  ServiceClient::Options client = {};
  std::chrono::milliseconds call_max{
      20'000};  // a call, tries included, beside the time it waits for messages
  std::chrono::milliseconds redrive_max{60'000};  // what redrive() takes at most
  std::stop_token receive_stop = {};              // ends a receive() that is under way, and nothing else
};

// Any thread. A standard queue: at least once, in any order, depth() approximate, a remove() by a void
// receipt may be a success that does nothing.
//
// receive() waits whole seconds, and ends the wait kAnswerMax before its deadline, which is the answer's.
// Answers of up to the client's body_bytes_max are read: 16 MiB is ten messages of 1 MiB with all their
// quotes escaped.
class SqsQueue final : public Queue, public DeadLetters {
 public:
  // Asks for the URL when the queue was not named by it, until receive_stop. NotFound when there is none,
  // Invalid without a region. The dependencies outlive it.
  static Result<std::unique_ptr<SqsQueue>> open(const ServiceClient::Deps& deps, SqsSettings settings);

  const std::string& url() const { return url_; }

  Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) override;
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override;
  Result<> remove(const std::string& receipt, Deadline deadline) override;
  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                             Deadline deadline) override;
  // By ChangeMessageVisibilityBatch, ten at a time.
  Result<> give_back(const std::vector<std::string>& receipts, Deadline deadline) override;
  Result<QueueDepth> depth(Deadline deadline) override;

  // At most kShownMax; each look is a receive, and counted as one by SQS. NotFound, here and below, when the
  // queue has no dead-letter queue.
  Result<std::vector<ReceivedMessage>> dead_letters(std::size_t count_max, Deadline deadline) override;
  // All: by a task of SQS, to the queue each came from; after redrive_max it goes on by itself and the number
  // is that so far. Some, or where there are no tasks: one by one, to this queue, without their message
  // attributes; a crash may leave one in both.
  Result<std::uint64_t> redrive(std::size_t count_max, Deadline deadline) override;
  // The number is approximate. Retry within a minute of the last purge.
  Result<std::uint64_t> purge(Deadline deadline) override;

  static constexpr std::size_t kShownMax = 1'000;
  // What is left of a receive's deadline for the answer: one that comes too late leaves its messages with
  // nobody until their visibility ends.
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
  SqsClient receiver_;  // asked for messages alone: it ends earlier than what gives them back
  std::string url_;     // set by open()
  std::mutex mutex_;
  Dead dead_;  // guarded; empty until it was found
};

}  // namespace headgate::aws
