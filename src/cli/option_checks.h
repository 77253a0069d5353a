// What CLI11's own checks let through, or say so that nobody understands it.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace headgate::cli {

// A number from `smallest` to `largest`. CLI::Range and CLI::NonNegativeNumber take NaN, and a time that no
// duration holds; their words for "infinite" have three hundred digits.
CLI::Validator number_check(double smallest, double largest);

// Seconds from 0 to ten years.
CLI::Validator seconds_check();

// Replaces one of the words by what it stands for. CLI::CheckedTransformer alone names the values in its
// complaint, which of an enumeration are control characters.
template <typename Value>
void take_word(CLI::Option& option, const std::map<std::string, Value>& words) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words) names.push_back(name);
  option.transform(CLI::CheckedTransformer(words).description(""));
  option.transform(CLI::IsMember(names).description(""));  // the last one that is added is asked first
}

// What a thing of ours may be called that an operator names: 1 to 64 letters, digits, dots, hyphens and
// underscores. It becomes part of a row's key.
CLI::Validator name_check();

}  // namespace headgate::cli
