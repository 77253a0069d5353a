// DynamoDB's attribute values: {"S":"text"}, {"N":"1"}, {"BOOL":true}, {"L":[...]}, ...
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/text/document.h"

namespace headgate::aws {

constexpr int kAttributeDepthMax = 32;  // DynamoDB's own

// An item, {"name":value,...}, as a mapping. Sets are sequences. Bytes, which nothing of ours holds, are an
// empty mapping, so that they are taken for nothing else. Invalid when it is no item.
Result<DocumentValue> read_item(simdjson::dom::object item);
// A value back. A Number must be one.
void append_attribute(std::string& to, const DocumentValue& value);

std::string text_attribute(std::string_view text);
std::string number_attribute(std::int64_t number);

// nullptr when there is none.
const DocumentValue* member_of(const DocumentValue& mapping, std::string_view name);
std::string_view text_in(const DocumentValue& item, std::string_view name);  // empty: no such text
std::int64_t number_in(const DocumentValue& item, std::string_view name);    // 0: no such whole number

}  // namespace headgate::aws
