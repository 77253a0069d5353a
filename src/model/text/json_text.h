// A string as JSON, by the records' own escaper: for what is stored and sent. What people read is
// base/json_text.h's, which also hides what terminals obey.
// Tests: src/model/text/json_escape_test.cc
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// Appends `text` as a JSON string with its quotes. Escapes and damaged UTF-8: model/text/json_escape.h.
void append_json_string(std::string& to, std::string_view text);

}  // namespace headgate
