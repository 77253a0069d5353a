// AWS's JSON protocols: POST /, the operation in x-amz-target, a JSON object each way. How CloudWatch Logs,
// SQS and DynamoDB speak. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
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
  std::string_view target;   // before the operation's name
  std::string_view version;  // 1.0 or 1.1
};
inline constexpr JsonProtocol kLogsProtocol{.target = "Logs_20140328", .version = "1.1"};
inline constexpr JsonProtocol kSqsProtocol{.target = "AmazonSQS", .version = "1.0"};
inline constexpr JsonProtocol kDynamoProtocol{.target = "DynamoDB_20120810", .version = "1.0"};

// `body` must live until the call returns.
ServiceRequest json_request(const JsonProtocol& protocol, std::string_view operation, std::string_view body);

// A flat object, member by member. Text is written as model/text/json_text.h does.
class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& flag(std::string_view name, bool value);
  JsonObject& raw(std::string_view name, std::string_view json);
  // The text; nothing may be added then.
  std::string take() { return std::move(json_) + (is_empty_ ? "{}" : "}"); }

 private:
  void start(std::string_view name);
  std::string json_;
  bool is_empty_ = true;
};

// An answer's object. Its views live as long as it does.
class JsonAnswer {
 public:
  static constexpr std::size_t kDepthMax = 64;
  // Retry when it is no JSON object: whoever answered is not the service.
  static Result<JsonAnswer> read(std::string_view body);
  simdjson::dom::object object() const { return object_; }

 private:
  JsonAnswer() = default;
  // The document lies in the parser; behind a pointer so that it stays where it is.
  std::unique_ptr<simdjson::dom::parser> parser_;
  simdjson::dom::object object_;
};

// None when there is no such member, or it is of another type.
std::optional<std::string_view> text_of(simdjson::dom::object object, std::string_view name);
std::optional<std::int64_t> number_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::object> object_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::array> array_of(simdjson::dom::object object, std::string_view name);

// All of `text` as a decimal number, as SQS and DynamoDB write theirs in strings.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace headgate::aws
