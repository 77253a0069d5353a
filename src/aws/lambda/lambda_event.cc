#include "aws/lambda/lambda_event.h"

#include <simdjson.h>

#include "base/number.h"
#include "model/text/json_text.h"

namespace headgate::aws {
namespace {

namespace dom = simdjson::dom;

std::string_view text_or_empty(const simdjson::simdjson_result<dom::element>& value) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

// SQS writes numbers as text.
template <typename Number>
Number number_or(std::string_view text, Number otherwise) {
  return parse_number<Number>(text).value_or(otherwise);
}

Result<ReceivedMessage> read_message(const dom::element& record) {
  ReceivedMessage message;
  message.id = text_or_empty(record["messageId"]);
  if (message.id.empty()) return Error{Fault::Invalid, "messageId: missing"};
  std::string_view body;
  if (record["body"].get_string().get(body) != simdjson::SUCCESS)
    return Error{Fault::Invalid, "body: missing, or not a text"};
  message.body = body;
  message.receipt = text_or_empty(record["receiptHandle"]);
  const auto attributes = record["attributes"];
  message.receive_count = number_or<std::uint32_t>(text_or_empty(attributes["ApproximateReceiveCount"]), 1);
  message.sent_at =
      Timestamp::from_milliseconds(number_or<std::int64_t>(text_or_empty(attributes["SentTimestamp"]), 0));
  return message;
}

}  // namespace

Result<std::vector<ReceivedMessage>> messages_of_lambda_event(std::string_view event,
                                                              std::string_view request_id) {
  if (event.size() > kLambdaEventBytesMax)
    return Error{Fault::Invalid, "event: over " + std::to_string(kLambdaEventBytesMax) + " bytes"};
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(event.data(), event.size()).get(root); error != simdjson::SUCCESS)
    return Error{Fault::Invalid, std::string("event: ") + simdjson::error_message(error)};
  if (!root.is_object()) return Error{Fault::Invalid, "event: not a JSON object"};
  std::vector<ReceivedMessage> messages;
  dom::array records;
  const bool has_records = root["Records"].get_array().get(records) == simdjson::SUCCESS;
  const bool is_of_queue =
      has_records && records.size() > 0 && text_or_empty(records.at(0)["eventSource"]) == "aws:sqs";
  if (!is_of_queue) {
    messages.push_back({.id = std::string(request_id), .receipt = "", .body = std::string(event)});
    return messages;
  }
  for (const dom::element record : records) {
    if (messages.size() == kLambdaEventMessagesMax)
      return Error{Fault::Invalid, "Records: more than the largest BatchSize of a trigger"};
    messages.push_back(TRY_IN("Records[" + std::to_string(messages.size()) + "]", read_message(record)));
  }
  return messages;
}

std::string batch_item_failures(const std::vector<std::string>& failed_ids) {
  std::string json = R"({"batchItemFailures":[)";
  for (const std::string& id : failed_ids) {
    if (&id != &failed_ids.front()) json += ',';
    json += R"({"itemIdentifier":)";
    append_json_string(json, id);
    json += '}';
  }
  return json + "]}";
}

}  // namespace headgate::aws
