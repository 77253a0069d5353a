#include "model/text/json_escape.h"

#include "model/text/json_escape_blocks.h"

namespace headgate {

Escaped escape_json(std::string_view text, char* into) {
  return escape_json_by<TextBlock>(text, into);
}

}  // namespace headgate
