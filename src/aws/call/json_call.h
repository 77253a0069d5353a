// AWS's JSON protocols, which CloudWatch Logs, SQS and DynamoDB use: POST /, with the operation in
// x-amz-target, and a JSON object in each direction.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
// Tests: src/aws/dynamo/dynamo_value_test.cc, src/aws/call/foreign_answers_test.cc
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "aws/call/service_client.h"

namespace headgate::aws {

struct JsonProtocol {
  std::string_view target;   // stands before the operation's name
  std::string_view version;  // 1.0 or 1.1
};
inline constexpr JsonProtocol kLogsProtocol{.target = "Logs_20140328", .version = "1.1"};
inline constexpr JsonProtocol kSqsProtocol{.target = "AmazonSQS", .version = "1.0"};
inline constexpr JsonProtocol kDynamoProtocol{.target = "DynamoDB_20120810", .version = "1.0"};

// `body` must live until the call returns.
ServiceRequest json_request(const JsonProtocol& protocol, std::string_view operation, std::string_view body);

// Writes a JSON object, member by member. Text is escaped as model/text/json_text.h does.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& flag(std::string_view name, bool value);
  JsonObject& raw(std::string_view name, std::string_view json);
  // Returns the text. Nothing may be added afterwards.
  std::string take() { return std::move(json_) + (is_empty_ ? "{}" : "}"); }

 private:
  void start(std::string_view name);
  std::string json_;
  bool is_empty_ = true;
};

// The JSON object of an answer. Views that are read from it live as long as it does.
class JsonAnswer {
 public:
  static constexpr std::size_t kDepthMax = 64;
  // Fault::Retry if `body` is not a JSON object, since then something other than the service has answered.
  static Result<JsonAnswer> read(std::string_view body);
  simdjson::dom::object object() const { return object_; }

 private:
  JsonAnswer() = default;
  // The parser holds the document. It is behind a pointer so that the document does not move.
  std::unique_ptr<simdjson::dom::parser> parser_;
  simdjson::dom::object object_;
};

// None if there is no such member, or if it has another type.
std::optional<std::string_view> text_of(simdjson::dom::object object, std::string_view name);
std::optional<std::int64_t> number_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::object> object_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::array> array_of(simdjson::dom::object object, std::string_view name);

}  // namespace headgate::aws
