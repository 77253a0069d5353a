#include "model/text/json_text.h"

#include "model/text/json_escape.h"

namespace headgate {

void append_json_string(std::string& to, std::string_view text) {
  const std::size_t before = to.size();
  to.resize(before + escaped_bytes_max(text.size()) + 2);
  char* const start = to.data() + before;
  *start = '"';
  char* const end = escape_json(text, start + 1).end;
  *end = '"';
  to.resize(before + static_cast<std::size_t>(end - start) + 1);
}

}  // namespace headgate
