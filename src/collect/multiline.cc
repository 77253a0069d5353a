#include "collect/multiline.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "base/check.h"

namespace headgate::collect {
namespace {

constexpr std::string_view kLabel = "headgate.io/multiline";
constexpr std::string_view kNoPattern = "none";
constexpr std::size_t kLabelValueBytesMax =
    63;  // https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/

using State = MultilinePattern::State;

// Bits of states that a rule is tried in.
template <typename... States>
constexpr std::uint32_t in(States... states) {
  return ((1U << static_cast<unsigned>(states)) | ...);
}

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

struct MultilinePattern::RuleText {
  std::uint32_t from;
  const char* pattern;
  State to;
};

MultilinePattern MultilinePattern::of(std::initializer_list<RuleText> rules) {
  MultilinePattern made;
  for (const RuleText& rule : rules) {
    made.rules_.push_back(
        {.from = rule.from, .pattern = std::make_unique<RE2>(rule.pattern, quietly()), .to = rule.to});
    CHECK(made.rules_.back().pattern->ok());
  }
  return made;
}

Result<MultilinePattern> MultilinePattern::starting_with(const std::vector<std::string>& starts) {
  if (starts.empty()) return Error{Fault::Invalid, "has no start pattern"};
  MultilinePattern made;
  made.takes_all_ = true;
  for (const std::string& start : starts) {
    auto pattern = std::make_unique<RE2>(start, quietly());
    if (!pattern->ok()) return Error{Fault::Invalid, "\"" + start + "\": " + pattern->error()};
    made.rules_.push_back({.from = in(kNone), .pattern = std::move(pattern), .to = 1});
  }
  return made;
}

MultilinePattern MultilinePattern::java() {
  constexpr State kHead = 1;  // what was thrown
  constexpr State kFrames = 2;
  constexpr State kNested = 3;  // before another that was thrown
  return of({
      {in(kNone), R"((?:Exception|Error|Throwable)\b.*nested exception is:\s*$)", kNested},
      {in(kHead, kFrames), R"(^[\t ]*(?:Caused by|Suppressed): .*nested exception is:\s*$)", kNested},
      {in(kNested), R"(^[\t ]+\S)", kHead},
      {in(kNone), R"((?:Exception|Error|Throwable)(?:[:\s]|$))", kHead},
      {in(kHead, kFrames), R"(^[\t ]+(?:eval )?at )", kFrames},
      {in(kHead, kFrames), R"(^[\t ]*\.\.\. \d+ (?:more|common frames omitted))", kFrames},
      {in(kHead, kFrames), R"(^[\t ]*(?:Caused by|Suppressed|Wrapped by): )", kHead},
      {in(kHead, kFrames), R"(^[\t ]*\[CIRCULAR REFERENCE)", kHead},
      {in(kHead), R"(^\s*$)", kHead},
  });
}

MultilinePattern MultilinePattern::python() {
  constexpr State kTrace = 1;
  constexpr State kRaised = 2;
  constexpr State kAfter = 3;    // an empty line: another may follow
  constexpr State kChained = 4;  // it does
  constexpr const char* kTitle = R"(Traceback \(most recent call last\):\s*$)";
  return of({
      {in(kNone), kTitle, kTrace},
      {in(kTrace), R"(^[\t ]+\S)", kTrace},
      {in(kTrace), R"(^[\pL_][\pL\d_.]*(?::|\s*$))", kRaised},
      {in(kRaised), R"(^\s*$)", kAfter},
      {in(kAfter),
       R"(^(?:During handling of the above exception, another exception occurred|)"
       R"(The above exception was the direct cause of the following exception):\s*$)",
       kChained},
      {in(kChained), R"(^\s*$)", kChained},
      {in(kChained), kTitle, kTrace},
  });
}

MultilinePattern MultilinePattern::go() {
  constexpr State kPanic = 1;
  constexpr State kGap = 2;   // before a goroutine
  constexpr State kCall = 3;  // before a function, or a gap
  constexpr State kFile = 4;  // before its file
  return of({
      {in(kNone), R"((?:^|\W)panic: |^fatal error: |http: panic serving |^SIG[A-Z]+: )", kPanic},
      {in(kPanic), R"(^\t|^\[signal |^PC=)", kPanic},
      {in(kPanic, kGap, kCall), R"(^\s*$)", kGap},
      {in(kPanic, kGap), R"(^goroutine \d+ .*\[.*\]:\s*$|^runtime stack:\s*$)", kCall},
      {in(kCall), R"(^created by |^\S+\(.*\)\s*$)", kFile},
      {in(kCall), R"(^\.\.\.(?:additional|\d+) frames elided|^\tgoroutine running on other thread)", kCall},
      {in(kFile), R"(^[\t ]+\S)", kCall},
  });
}

State MultilinePattern::first_fitting(State from, std::string_view line) const {
  for (const Rule& rule : rules_) {
    if ((rule.from & in(from)) != 0 &&
        RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *rule.pattern))
      return rule.to;
  }
  return kNone;
}

State MultilinePattern::begins(std::string_view line) const {
  return first_fitting(kNone, line);
}

State MultilinePattern::goes_on(State state, std::string_view line) const {
  if (takes_all_) return begins(line) == kNone ? state : kNone;
  return first_fitting(state, line);
}

namespace {

struct Preset {
  std::string_view name;
  MultilinePattern (*make)();
};
constexpr Preset kPresets[] = {
    {"java", MultilinePattern::java}, {"python", MultilinePattern::python}, {"go", MultilinePattern::go}};

const Preset* preset_of(std::string_view name) {
  for (const Preset& preset : kPresets) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

}  // namespace

Result<MultilinePatterns> MultilinePatterns::make(const Texts& starts) {
  MultilinePatterns made;
  for (const auto& [name, patterns] : starts) {
    if (!is_label_value(name)) return Error{Fault::Invalid, "\"" + name + "\": no label can have that value"};
    if (name == kNoPattern) return Error{Fault::Invalid, name + ": stands for no pattern at all"};
    if (preset_of(name) != nullptr) return Error{Fault::Invalid, name + ": is one that is there already"};
    made.patterns_.emplace(name, TRY_IN(name, MultilinePattern::starting_with(patterns)));
  }
  return made;
}

const MultilinePattern* MultilinePatterns::find(std::string_view name) {
  const auto found = patterns_.find(name);
  if (found != patterns_.end()) return &found->second;
  const Preset* const preset = preset_of(name);
  if (preset == nullptr) return nullptr;
  return &patterns_.emplace(std::string(name), preset->make()).first->second;
}

std::string multiline_name(const std::map<std::string, std::string>& labels, const ContainerName& container) {
  for (const std::string& label : {std::string(kLabel) + "." + container.str(), std::string(kLabel)}) {
    const auto found = labels.find(label);
    if (found != labels.end()) return found->second == kNoPattern ? std::string() : found->second;
  }
  return {};
}

}  // namespace headgate::collect
