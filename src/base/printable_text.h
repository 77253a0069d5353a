// Text that came from outside (a tenant's name, an error of another service, a key) as it may be shown on a
// terminal.
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// Appends `text`; line feeds, tabs and printable UTF-8 stay as they are. What a terminal would obey, or what
// makes text look like other text, is written as it would be in a JSON string: control characters (C0, DEL,
// C1 also as UTF-8), marks and overrides of the direction of writing, zero-width and line-separating
// characters. Bytes that are no UTF-8 become \xNN.
void append_printable(std::string& into, std::string_view text);
std::string printable(std::string_view text);

// Whether a character (UTF-8, whole) is one that append_printable() escapes; line feeds and tabs count as
// such here.
bool is_hidden_character(std::string_view character);

}  // namespace headgate
