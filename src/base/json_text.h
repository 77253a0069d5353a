// Text as a JSON string (RFC 8259), for the small documents that we write ourselves: log lines, health
// answers, configuration. The records' own writer, which is on the hot path, is in src/model.
// Tests: src/base/printable_text_test.cc
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// Appends `text` in quotes. Control characters (C1 too: terminals obey them) and what else printable_text.h
// calls hidden are escaped; what is not UTF-8 becomes U+FFFD (base/utf8.h).
void append_json_text(std::string& into, std::string_view text);
std::string json_text(std::string_view text);

}  // namespace headgate
