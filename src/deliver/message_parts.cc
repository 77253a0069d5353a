#include "deliver/message_parts.h"

#include <fmt/format.h>

#include <iterator>

#include "base/check.h"
#include "base/utf8.h"

namespace headgate::deliver {

MessageParts::MessageParts(std::string_view message, std::size_t bytes_max)
    : rest_(message), text_bytes_max_(bytes_max - kPartMarkBytesMax) {
  CHECK(bytes_max > kPartMarkBytesMax + 3);  // a character takes up to four bytes
  for (std::string_view rest = message; !rest.empty(); ++count_) {
    rest.remove_prefix(whole_characters(rest, text_bytes_max_));
  }
}

bool MessageParts::next(std::string& part) {
  if (rest_.empty()) return false;
  const std::size_t bytes = whole_characters(rest_, text_bytes_max_);
  part.assign(rest_.substr(0, bytes));
  rest_.remove_prefix(bytes);
  fmt::format_to(std::back_inserter(part), " [headgate: part {} of {}]", ++given_, count_);
  return true;
}

}  // namespace headgate::deliver
