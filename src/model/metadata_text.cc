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

namespace {

int digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

}  // namespace

std::string text_of_metadata(std::string_view metadata) {
  std::string text;
  for (std::size_t at = 0; at < metadata.size(); ++at) {
    const bool is_escape = metadata[at] == '%' && metadata.size() - at > 2 &&
                           digit_of(metadata[at + 1]) >= 0 && digit_of(metadata[at + 2]) >= 0;
    if (is_escape) {
      text += static_cast<char>(digit_of(metadata[at + 1]) * 16 + digit_of(metadata[at + 2]));
      at += 2;
    } else {
      text += metadata[at];
    }
  }
  return text;
}

}  // namespace headgate
