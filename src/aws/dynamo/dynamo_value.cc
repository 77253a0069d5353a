#include "aws/dynamo/dynamo_value.h"

#include <utility>

#include "aws/call/json_call.h"
#include "base/number.h"
#include "model/text/json_text.h"

namespace headgate::aws {
namespace {

using Kind = DocumentValue::Kind;

Error no_value() {
  return Error{Fault::Invalid, "not an attribute value"};
}

DocumentValue scalar(Kind kind, std::string_view text) {
  return {.kind = kind, .text = std::string(text)};
}

Result<DocumentValue> read_value(simdjson::dom::element element, int depth);

Result<DocumentValue> read_members(simdjson::dom::object object, int depth) {
  DocumentValue mapping{.kind = Kind::Mapping};
  for (const simdjson::dom::key_value_pair member : object) {
    DocumentValue value = TRY(read_value(member.value, depth));
    value.name = member.key;
    mapping.items.push_back(std::move(value));
  }
  return mapping;
}

Result<DocumentValue> read_list(simdjson::dom::element element, int depth) {
  simdjson::dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return no_value();
  DocumentValue list{.kind = Kind::Sequence};
  for (const simdjson::dom::element item : array) list.items.push_back(TRY(read_value(item, depth)));
  return list;
}

Result<DocumentValue> read_set(simdjson::dom::element element, Kind kind) {
  simdjson::dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return no_value();
  DocumentValue set{.kind = Kind::Sequence};
  for (const simdjson::dom::element item : array) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) return no_value();
    set.items.push_back(scalar(kind, text));
  }
  return set;
}

// A value is an object with one member, whose name is the type.
Result<DocumentValue> read_value(simdjson::dom::element element, int depth) {
  simdjson::dom::object object;
  if (depth >= kAttributeDepthMax || element.get(object) != simdjson::SUCCESS || object.size() != 1)
    return no_value();
  const simdjson::dom::key_value_pair only = *object.begin();
  const std::string_view type = only.key;
  if (type == "S" || type == "N") {
    std::string_view text;
    if (only.value.get(text) != simdjson::SUCCESS) return no_value();
    return scalar(type == "S" ? Kind::Text : Kind::Number, text);
  }
  if (type == "BOOL") {
    bool is_true = false;
    if (only.value.get(is_true) != simdjson::SUCCESS) return no_value();
    return scalar(Kind::Boolean, is_true ? "true" : "false");
  }
  if (type == "NULL") return DocumentValue{};
  if (type == "L") return read_list(only.value, depth + 1);
  if (type == "SS") return read_set(only.value, Kind::Text);
  if (type == "NS") return read_set(only.value, Kind::Number);
  if (type == "M") {
    simdjson::dom::object members;
    if (only.value.get(members) != simdjson::SUCCESS) return no_value();
    return read_members(members, depth + 1);
  }
  return DocumentValue{.kind = Kind::Mapping};  // B, BS, and future types
}

void append_typed(std::string& to, std::string_view type, std::string_view text) {
  to.append("{\"").append(type).append("\":");
  append_json_string(to, text);
  to += '}';
}

}  // namespace

Result<DocumentValue> read_item(simdjson::dom::object item) {
  return read_members(item, 0);
}

void append_attribute(std::string& to, const DocumentValue& value) {
  char before = '[';
  switch (value.kind) {
    case Kind::Null:
      to += R"({"NULL":true})";
      return;
    case Kind::Boolean:
      to += value.text == "true" ? R"({"BOOL":true})" : R"({"BOOL":false})";
      return;
    case Kind::Number:
      return append_typed(to, "N", value.text);
    case Kind::Text:
      return append_typed(to, "S", value.text);
    case Kind::Sequence:
      to += R"({"L":)";
      for (const DocumentValue& item : value.items) {
        to += std::exchange(before, ',');
        append_attribute(to, item);
      }
      to += value.items.empty() ? "[]}" : "]}";
      return;
    case Kind::Mapping:
      to += R"({"M":)";
      before = '{';
      for (const DocumentValue& item : value.items) {
        to += std::exchange(before, ',');
        append_json_string(to, item.name);
        to += ':';
        append_attribute(to, item);
      }
      to += value.items.empty() ? "{}}" : "}}";
      return;
  }
}

std::string text_attribute(std::string_view text) {
  std::string json;
  append_typed(json, "S", text);
  return json;
}

std::string number_attribute(std::int64_t number) {
  return R"({"N":")" + std::to_string(number) + "\"}";
}

const DocumentValue* member_of(const DocumentValue& mapping, std::string_view name) {
  for (const DocumentValue& member : mapping.items) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

std::string_view text_in(const DocumentValue& item, std::string_view name) {
  const DocumentValue* const value = member_of(item, name);
  return value != nullptr && value->kind == Kind::Text ? std::string_view(value->text) : std::string_view();
}

std::int64_t number_in(const DocumentValue& item, std::string_view name) {
  const DocumentValue* const value = member_of(item, name);
  return value != nullptr && value->kind == Kind::Number ? parse_number<std::int64_t>(value->text).value_or(0)
                                                         : 0;
}

}  // namespace headgate::aws
