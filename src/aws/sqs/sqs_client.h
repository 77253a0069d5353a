// The operations of SQS, on queues named by their URL.
// Tests: src/aws/sqs/sqs_queue_test.cc
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call/service_client.h"
#include "aws/sqs/sqs_answer.h"
#include "aws/sqs/sqs_name.h"

namespace headgate::aws {

// Thread-safe. A call ends at its deadline, or after `call_max`. A request that SQS would refuse is
// Fault::Invalid; where we can tell in advance, without a call.
class SqsClient {
 public:
  static constexpr std::size_t kBodyBytesMax = 1'048'576;
  static constexpr std::chrono::seconds kDelayMax{900};
  static constexpr std::chrono::seconds kWaitMax{20};
  static constexpr std::size_t kBatchMax = 10;

  // `call_max` limits one call with all its tries, apart from the time that it waits for messages.
  SqsClient(const ServiceClient::Deps& deps, Endpoint endpoint, ServiceClient::Options options,
            std::chrono::milliseconds call_max);

  // an empty account in the ARN means ours
  Result<std::string> url_of(const QueueArn& arn, Deadline deadline);
  Result<> send(std::string_view url, std::string_view body, std::chrono::seconds delay, Deadline deadline);
  struct Receive {
    std::size_t count_max = kBatchMax;
    std::chrono::seconds visibility{30};
    std::chrono::seconds wait{0};
  };
  Result<std::vector<ReceivedMessage>> receive(std::string_view url, const Receive& receive,
                                               Deadline deadline);
  Result<> remove(std::string_view url, std::string_view receipt, Deadline deadline);
  Result<> change_visibility(std::string_view url, std::string_view receipt, std::chrono::seconds visibility,
                             Deadline deadline);
  // Makes messages visible again at once, ten in a call. A message that fails becomes visible when its time
  // ends. A failed call does not keep the others from being made.
  Result<> give_back(std::string_view url, const std::vector<std::string>& receipts, Deadline deadline);
  Result<QueueAttributes> attributes(std::string_view url, Deadline deadline);
  Result<> purge(std::string_view url, Deadline deadline);
  // Returns false where the service has no such tasks or does not start one for us. The task may nevertheless
  // have been started.
  Result<bool> start_move(std::string_view source_arn, Deadline deadline);
  Result<std::optional<MoveTask>> last_move(std::string_view source_arn, Deadline deadline);

 private:
  Result<Answer> call(std::string_view operation, std::string_view body, Deadline deadline,
                      std::chrono::seconds wait = std::chrono::seconds{0});
  Result<Answer> call_ok(std::string_view operation, std::string_view body, Deadline deadline,
                         std::chrono::seconds wait = std::chrono::seconds{0});

  Result<> give_back_batch(std::string_view url, std::span<const std::string> receipts, Deadline deadline);

  Clock& clock_;
  const std::chrono::milliseconds call_max_;
  ServiceClient client_;
};

}  // namespace headgate::aws
