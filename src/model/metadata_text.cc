#include "model/metadata_text.h"

#include "base/check.h"
#include "base/percent_escape.h"

namespace headgate {

std::string metadata_text(std::string_view text, std::size_t bytes_max) {
  CHECK(bytes_max >= kMetadataCut.size());
  std::string made;
  std::size_t whole = 0;  // as much of it as leaves room for the mark of a cut
  for (const char letter : text) {
    if (made.size() + kMetadataCut.size() <= bytes_max) whole = made.size();
    if (letter > 0x20 && letter < 0x7f && letter != '%') {
      made += letter;
    } else {
      append_percent_escape(made, letter);
    }
    if (made.size() > bytes_max) return made.substr(0, whole).append(kMetadataCut);
  }
  return made;
}

}  // namespace headgate
