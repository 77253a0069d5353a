// Text that came from outside (a tenant's name, an error of another service, a key) as it may be shown on a
// terminal.
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// Appends `text` so that a terminal shows it and does not obey it. Line feeds, tabs and printable UTF-8 stay
// as they are. Control characters (C0, DEL, C1 also as UTF-8) are written as in a JSON string. So are
// characters that make text look like other text: marks and overrides of the direction of writing, zero-width
// and line-separating ones. Bytes that are not UTF-8 become \xNN.
void append_printable(std::string& into, std::string_view text);
std::string printable(std::string_view text);

// Whether a character (UTF-8, whole) is one that append_printable() escapes; line feeds and tabs count as
// such here.
bool is_hidden_character(std::string_view character);

}  // namespace headgate
