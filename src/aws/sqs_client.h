// Operations of SQS on queues named by URL.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service_client.h"
#include "aws/sqs_answer.h"
#include "aws/sqs_name.h"

namespace headgate::aws {

// Any thread. What SQS would refuse is Invalid, without a call where it can be told.
class SqsClient {
 public:
  static constexpr std::size_t kBodyBytesMax = 1'048'576;
  static constexpr std::chrono::seconds kDelayMax{900};
  static constexpr std::chrono::seconds kWaitMax{20};
  static constexpr std::size_t kBatchMax = 10;

  // `call_max`: for one call, tries included, beside the time that it waits for messages.
  SqsClient(const ServiceClient::World& world, Endpoint endpoint, ServiceClient::Options options,
            std::chrono::milliseconds call_max);

  Result<std::string> url_of(const QueueArn& arn);  // its account may be empty: ours
  Result<> send(std::string_view url, std::string_view body, std::chrono::seconds delay);
  struct Receive {
    std::size_t count_max = kBatchMax;
    std::chrono::seconds visibility{30};
    std::chrono::seconds wait{0};
  };
  Result<std::vector<ReceivedMessage>> receive(std::string_view url, const Receive& receive);
  Result<> remove(std::string_view url, std::string_view receipt);
  Result<> change_visibility(std::string_view url, std::string_view receipt, std::chrono::seconds visibility);
  // Visible again at once; those that cannot be, later.
  Result<> give_back(std::string_view url, const std::vector<ReceivedMessage>& messages);
  Result<QueueAttributes> attributes(std::string_view url);
  Result<> purge(std::string_view url);
  // False where the service has no such tasks, or does not start one for us. It may have, all the same.
  Result<bool> start_move(std::string_view source_arn);
  Result<std::optional<MoveTask>> last_move(std::string_view source_arn);

 private:
  Result<Answer> call(std::string_view operation, std::string_view body, std::chrono::seconds wait);
  Result<Answer> call_ok(std::string_view operation, std::string_view body,
                         std::chrono::seconds wait = std::chrono::seconds{0});

  Clock& clock_;
  const std::chrono::milliseconds call_max_;
  ServiceClient client_;
};

}  // namespace headgate::aws
