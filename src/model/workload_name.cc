#include "model/workload_name.h"

#include <string_view>

namespace headgate {
namespace {

constexpr std::string_view kSafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::string_view kHexadecimal = "0123456789abcdef";
constexpr std::string_view kDigits = "0123456789";

struct Suffix {
  std::string_view alphabet;
  std::size_t length_min;
  std::size_t length_max;
};

// `name` without `-suffix`; unchanged when it does not end in such a suffix, or is nothing else.
std::string_view without(std::string_view name, const Suffix& suffix) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return name;
  const std::string_view last = name.substr(dash + 1);
  if (last.size() < suffix.length_min || last.size() > suffix.length_max) return name;
  const bool matches = last.find_first_not_of(suffix.alphabet) == std::string_view::npos;
  return matches ? name.substr(0, dash) : name;
}

}  // namespace

std::string workload_of(const PodName& pod) {
  const std::string_view whole = pod.view();
  const std::string_view owner = without(whole, {kSafeAlphabet, 5, 5});
  if (owner.size() != whole.size()) return std::string(without(owner, {kHexadecimal, 8, 10}));
  return std::string(without(whole, {kDigits, 1, 10}));
}

}  // namespace headgate
