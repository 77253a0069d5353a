#include "model/text/format_title.h"

#include <algorithm>
#include <string>

#include "base/number.h"

namespace headgate {

Error newer_format(std::string_view name, std::string_view version, std::uint32_t newest) {
  return Error{Fault::Denied,
               std::string(name) + ' ' + std::string(version) +
                   " is the format of a newer headgate, this one knows up to " + std::to_string(newest) +
                   ": nothing was changed; run the newer headgate, or remove the file and lose what "
                   "is in it"};
}

Result<std::uint32_t> version_in_title(std::string_view title, std::string_view name, std::uint32_t newest) {
  constexpr std::size_t kDigitsMax = 9;
  const bool is_named =
      title.starts_with(name) && title.size() > name.size() + 1 && title[name.size()] == ' ';
  if (!is_named) return Error{Fault::Invalid, "does not begin with " + std::string(name)};
  const std::string_view digits = title.substr(name.size() + 1);
  const bool is_number = digits.size() <= kDigitsMax && digits.front() != '0' &&
                         std::all_of(digits.begin(), digits.end(),
                                     [](char character) { return character >= '0' && character <= '9'; });
  if (!is_number) return Error{Fault::Invalid, std::string(name) + ": no version"};
  const auto version = parse_number<std::uint32_t>(digits).value_or(0);
  if (version > newest) return newer_format(name, digits, newest);
  return version;
}

}  // namespace headgate
