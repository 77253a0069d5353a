#include "aws/call/json_call.h"

#include <utility>

#include "model/text/json_text.h"

namespace headgate::aws {

ServiceRequest json_request(const JsonProtocol& protocol, std::string_view operation, std::string_view body) {
  return {.operation = std::string(operation),
          .headers = {{"Content-Type", "application/x-amz-json-" + std::string(protocol.version)},
                      {"X-Amz-Target", std::string(protocol.target) + "." + std::string(operation)}},
          .body = body};
}

void JsonObject::start(std::string_view name) {
  json_ += is_empty_ ? '{' : ',';
  is_empty_ = false;
  append_json_string(json_, name);
  json_ += ':';
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  start(name);
  append_json_string(json_, value);
  return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
  return raw(name, std::to_string(value));
}

JsonObject& JsonObject::flag(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  start(name);
  json_ += json;
  return *this;
}

Result<JsonAnswer> JsonAnswer::read(std::string_view body) {
  JsonAnswer answer;
  answer.parser_ = std::make_unique<simdjson::dom::parser>();
  const bool is_sound =
      answer.parser_->allocate(body.size(), kDepthMax) == simdjson::SUCCESS &&
      answer.parser_->parse(body.data(), body.size()).get(answer.object_) == simdjson::SUCCESS;
  if (!is_sound) return Error{Fault::Retry, "answer: not a JSON object"};
  return answer;
}

namespace {

template <typename T>
std::optional<T> member_of(simdjson::dom::object object, std::string_view name) {
  T value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string_view> text_of(simdjson::dom::object object, std::string_view name) {
  return member_of<std::string_view>(object, name);
}
std::optional<std::int64_t> number_of(simdjson::dom::object object, std::string_view name) {
  return member_of<std::int64_t>(object, name);
}
std::optional<simdjson::dom::object> object_of(simdjson::dom::object object, std::string_view name) {
  return member_of<simdjson::dom::object>(object, name);
}
std::optional<simdjson::dom::array> array_of(simdjson::dom::object object, std::string_view name) {
  return member_of<simdjson::dom::array>(object, name);
}

}  // namespace headgate::aws
