// Numbers in texts: decimal, without blanks, a plus sign or a thousands separator. A number that does not fit
// its type is none. A minus sign is taken for signed types only. Uses no locale, and allocates nothing.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace headgate {

// The number that the text begins with, which is then removed from the text. None leaves the text as it is.
template <typename Number>
[[nodiscard]] std::optional<Number> take_leading_number(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// The number that is the whole text.
template <typename Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  const std::optional<Number> number = take_leading_number<Number>(text);
  return text.empty() ? number : std::nullopt;
}

}  // namespace headgate
