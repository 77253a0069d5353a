// Writing JSON: the one place that knows how a string becomes JSON text.
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// Appends `text` as a JSON string with its quotes. Escapes and damaged UTF-8: model/json_escape.h.
void append_json_string(std::string& to, std::string_view text);

}  // namespace headgate
