#include "cli/option_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace headgate::cli {

namespace {

constexpr double kSecondsMax = 10.0 * 365 * 24 * 3600;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::string_view kNameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

CLI::Validator within(double smallest, double largest, std::string what) {
  const auto judge = [smallest, largest, what = std::move(what)](std::string& text) -> std::string {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool is_number = !text.empty() && end == text.c_str() + text.size() && std::isfinite(number);
    if (is_number && number >= smallest && number <= largest) return {};
    return fmt::format("\"{}\" is not {} from {} to {}", text, what, smallest, largest);
  };
  return {judge, "", ""};
}

}  // namespace

CLI::Validator number_check(double smallest, double largest) {
  return within(smallest, largest, "a number");
}

CLI::Validator seconds_check() {
  return within(0, kSecondsMax, "a number of seconds");
}

CLI::Validator name_check() {
  const auto judge = [](std::string& text) -> std::string {
    const bool is_name = !text.empty() && text.size() <= kNameBytesMax &&
                         text.find_first_not_of(kNameBytes) == std::string::npos;
    if (is_name) return {};
    return fmt::format("a name has 1 to {} letters, digits, dots, hyphens and underscores", kNameBytesMax);
  };
  return {judge, "", ""};
}

}  // namespace headgate::cli
