// Reads and writes DynamoDB's attribute values: {"S":"text"}, {"N":"1"}, {"BOOL":true}, {"L":[...]} and so
// on.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/text/document.h"

namespace headgate::aws {

constexpr int kAttributeDepthMax = 32;  // DynamoDB's limit

// Reads an item, {"name":value,...}, as a mapping. Sets become sequences. Bytes, which we never write, become
// an empty mapping, so that they are not mistaken for something else. Fault::Invalid if it is not an item.
Result<DocumentValue> read_item(simdjson::dom::object item);
// Writes a value. A Number must be a number.
void append_attribute(std::string& to, const DocumentValue& value);

std::string text_attribute(std::string_view text);
std::string number_attribute(std::int64_t number);

// nullptr if there is no such member.
const DocumentValue* member_of(const DocumentValue& mapping, std::string_view name);
std::string_view text_in(const DocumentValue& item, std::string_view name);  // empty if there is no such text
// 0 if there is no such whole number
std::int64_t number_in(const DocumentValue& item, std::string_view name);

}  // namespace headgate::aws
