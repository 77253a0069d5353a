// Reading pieces of JSON text ourselves where simdjson is too strict for logs (it refuses lone surrogate
// escapes) or does not look (it takes a number that is never asked for as it stands).
#pragma once

#include <cstddef>
#include <string_view>

namespace headgate {

struct JsonString {
  std::string_view text;  // the value: in the JSON text itself when it holds no escape, else in `scratch`
  const char* after = nullptr;  // behind the closing quote; nullptr: this is no sound JSON string
  bool has_high_bytes = false;  // UTF-8 is not checked here
};

// Bytes beyond the JSON text that are read, and beyond its length that `scratch` must have.
constexpr std::size_t kJsonStringSlack = 64;

// `from` is behind the opening quote, `end` is where the JSON text ends. `scratch` has room for end - from +
// kJsonStringSlack bytes. A surrogate escape without its other half reads as U+FFFD.
JsonString read_json_string(const char* from, const char* end, char* scratch);

// RFC 8259, 6.
bool is_json_number(std::string_view text);

}  // namespace headgate
