#include "collect/tail/multiline.h"

#include <algorithm>
#include <cctype>

namespace headgate::collect {
namespace {

constexpr std::string_view kLabel = "headgate.io/multiline";
constexpr std::string_view kNoPattern = "none";
constexpr std::size_t kLabelValueBytesMax =
    63;  // https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/

RE2::Options quietly() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

bool is_label_value(std::string_view text) {
  const auto is_alphanumeric = [](char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; };
  return !text.empty() && text.size() <= kLabelValueBytesMax && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [&](char byte) {
           return is_alphanumeric(byte) || byte == '-' || byte == '_' || byte == '.';
         });
}

}  // namespace

Result<MultilinePattern> MultilinePattern::starting_with(const std::vector<std::string>& starts) {
  if (starts.empty()) return Error{Fault::Invalid, "has no start pattern"};
  MultilinePattern made;
  made.takes_all_ = true;
  for (const std::string& start : starts) {
    auto pattern = std::make_unique<RE2>(start, quietly());
    if (!pattern->ok()) return Error{Fault::Invalid, "\"" + start + "\": " + pattern->error()};
    made.rules_.push_back({.from = 1U << kNone, .pattern = std::move(pattern), .to = {.state = 1}});
  }
  return made;
}

MultilinePattern::Step MultilinePattern::first_fitting(State from, std::string_view line) const {
  for (const Rule& rule : rules_) {
    if ((rule.from & (1U << from)) != 0 &&
        RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *rule.pattern))
      return rule.to;
  }
  return {};
}

MultilinePattern::State MultilinePattern::begins(std::string_view line) const {
  return first_fitting(kNone, line).state;
}

MultilinePattern::Step MultilinePattern::goes_on(State state, std::string_view line) const {
  if (takes_all_) return {.state = begins(line) == kNone ? state : kNone};
  return first_fitting(state, line);
}

Result<MultilinePatterns> MultilinePatterns::make(const Texts& starts) {
  MultilinePatterns made;
  for (const auto& [name, patterns] : starts) {
    if (!is_label_value(name)) return Error{Fault::Invalid, "\"" + name + "\": no label can have that value"};
    if (name == kNoPattern) return Error{Fault::Invalid, name + ": stands for no pattern at all"};
    const auto presets = MultilinePattern::preset_names();
    if (std::find(presets.begin(), presets.end(), name) != presets.end())
      return Error{Fault::Invalid, name + ": is one that is there already"};
    made.patterns_.emplace(name, TRY_IN(name, MultilinePattern::starting_with(patterns)));
  }
  return made;
}

const MultilinePattern* MultilinePatterns::find(std::string_view name) {
  const auto found = patterns_.find(name);
  if (found != patterns_.end()) return &found->second;
  std::optional<MultilinePattern> preset = MultilinePattern::preset(name);
  if (!preset) return nullptr;
  return &patterns_.emplace(std::string(name), std::move(*preset)).first->second;
}

std::string multiline_name(const std::map<std::string, std::string>& labels, const ContainerName& container) {
  for (const std::string& label : {std::string(kLabel) + "." + container.str(), std::string(kLabel)}) {
    const auto found = labels.find(label);
    if (found != labels.end()) return found->second == kNoPattern ? std::string() : found->second;
  }
  return {};
}

}  // namespace headgate::collect
