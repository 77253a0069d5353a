#include "aws/sqs/sqs_answer.h"

#include <algorithm>
#include <limits>

#include "aws/call/json_call.h"
#include "base/number.h"

namespace headgate::aws {
namespace {

// SQS writes numbers as text. 0 if it is not a number.
std::int64_t count_at(simdjson::dom::object attributes, std::string_view name) {
  const auto text = text_of(attributes, name);
  if (text) return std::max<std::int64_t>(parse_number<std::int64_t>(*text).value_or(0), 0);
  return std::max<std::int64_t>(number_of(attributes, name).value_or(0), 0);
}

std::uint64_t size_at(simdjson::dom::object attributes, std::string_view name) {
  return static_cast<std::uint64_t>(count_at(attributes, name));
}

std::optional<ReceivedMessage> message_of(simdjson::dom::object one) {
  const auto id = text_of(one, "MessageId");
  const auto receipt = text_of(one, "ReceiptHandle");
  const auto body = text_of(one, "Body");
  if (!id || !receipt || !body) return std::nullopt;
  ReceivedMessage message;
  message.id = *id;
  message.receipt = *receipt;
  message.body = *body;
  if (const auto attributes = object_of(one, "Attributes")) {
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    message.receive_count = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(count_at(*attributes, "ApproximateReceiveCount"), 1, kMost));
    message.sent_at = Timestamp::from_milliseconds(count_at(*attributes, "SentTimestamp"));
  }
  return message;
}

// Reads the ARN from a policy such as {"deadLetterTargetArn":"...","maxReceiveCount":5}, which SQS sends as
// text.
std::string dead_letter_arn_of(std::string_view policy) {
  const Result<JsonAnswer> read = JsonAnswer::read(policy);
  if (!read.ok()) return {};
  return std::string(text_of(read->object(), "deadLetterTargetArn").value_or(""));
}

}  // namespace

Result<std::vector<ReceivedMessage>> read_received_messages(std::string_view body, std::size_t count_max) {
  const JsonAnswer answer = TRY(JsonAnswer::read(body));
  std::vector<ReceivedMessage> messages;
  const auto all = array_of(answer.object(), "Messages");
  if (!all) return messages;
  for (const simdjson::dom::element element : *all) {
    if (messages.size() >= count_max) break;
    simdjson::dom::object one;
    if (element.get(one) != simdjson::SUCCESS) continue;
    if (auto message = message_of(one)) messages.push_back(*std::move(message));
  }
  return messages;
}

Result<QueueAttributes> read_queue_attributes(std::string_view body) {
  const JsonAnswer answer = TRY(JsonAnswer::read(body));
  QueueAttributes read;
  const auto attributes = object_of(answer.object(), "Attributes");
  if (!attributes) return read;
  read.arn = text_of(*attributes, "QueueArn").value_or("");
  read.waiting = size_at(*attributes, "ApproximateNumberOfMessages");
  read.in_flight = size_at(*attributes, "ApproximateNumberOfMessagesNotVisible");
  read.delayed = size_at(*attributes, "ApproximateNumberOfMessagesDelayed");
  if (const auto policy = text_of(*attributes, "RedrivePolicy"))
    read.dead_letter_arn = dead_letter_arn_of(*policy);
  return read;
}

Result<std::optional<MoveTask>> read_last_move_task(std::string_view body) {
  const JsonAnswer answer = TRY(JsonAnswer::read(body));
  const auto all = array_of(answer.object(), "Results");
  simdjson::dom::object one;
  if (!all || all->at(0).get(one) != simdjson::SUCCESS) return std::optional<MoveTask>();
  return std::optional(MoveTask{.status = std::string(text_of(one, "Status").value_or("")),
                                .moved = size_at(one, "ApproximateNumberOfMessagesMoved"),
                                .failure = std::string(text_of(one, "FailureReason").value_or(""))});
}

}  // namespace headgate::aws
