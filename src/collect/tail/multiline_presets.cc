// The presets: for each language a few states, and rules that lead from one to the next, line by line. Each
// has its table of real traces in multiline_traces_test.cc.
//
// A message may have several lines, and any text in them. In most languages stack frames follow it, which
// settle it: until then the lines are loose (multiline.h). They end where a line looks like the beginning of
// something else. Python writes the message last, so there only lines of known shapes go on with it.
// Tests: src/collect/tail/multiline_traces_test.cc
#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/check.h"
#include "collect/tail/multiline.h"

namespace headgate::collect {

using State = MultilinePattern::State;

struct PresetRule {
  enum class Kind : std::uint8_t { Sure, Loose };
  std::uint32_t from = 0;
  const char* pattern = nullptr;
  State to = MultilinePattern::kNone;
  Kind kind = Kind::Sure;

  static MultilinePattern pattern_of(std::initializer_list<PresetRule> rules) {
    RE2::Options options;
    options.set_log_errors(false);
    MultilinePattern made;
    for (const PresetRule& rule : rules) {
      made.rules_.push_back({.from = rule.from,
                             .pattern = std::make_unique<RE2>(rule.pattern, options),
                             .to = {.state = rule.to, .is_loose = rule.kind == Kind::Loose}});
      CHECK(made.rules_.back().pattern->ok());
    }
    return made;
  }
};

namespace {

constexpr State kNone = MultilinePattern::kNone;
constexpr auto kLoose = PresetRule::Kind::Loose;

// Bits of states that a rule is tried in.
template <typename... States>
constexpr std::uint32_t in(States... states) {
  return ((1U << static_cast<unsigned>(states)) | ...);
}

constexpr const char* kBlank = R"(^\s*$)";
constexpr const char* kIndented = R"(^[\t ]+\S)";
constexpr const char* kAny = "";

// What programs write at the beginning of a log line: a date, a time, an address, a level, logfmt, a request.
constexpr const char* kLogLine =
    R"(^\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]|\d\d[:.]\d\d[:.]\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
    R"(|[IWEFD]\d{4} +\d\d:\d\d|\d{1,3}(?:\.\d{1,3}){3}[ :]|\d{10,13}[ .]))"
    R"(|^\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL)(?:[\]:|]|\s))"
    R"(|^(?:time|ts|level|lvl)=|^(?:GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS) /)";

MultilinePattern java() {
  constexpr State kHead = 1;     // what was thrown
  constexpr State kMessage = 2;  // further lines of its message
  constexpr State kFrames = 3;
  constexpr State kNested = 4;  // before another that was thrown
  return PresetRule::pattern_of({
      {in(kNone), R"((?:Exception|Error|Throwable)\b.*nested exception is:\s*$)", kNested},
      {in(kHead, kMessage, kFrames), R"(^[\t ]*(?:Caused by|Suppressed): .*nested exception is:\s*$)",
       kNested},
      {in(kNested), kIndented, kHead},
      {in(kNone), R"((?:Exception|Error|Throwable)(?:[:\s]|$))", kHead},
      {in(kNone), R"(^(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?::\s|\s*$))", kHead},
      // Jackson's own words look like a frame, and quote what it could not read.
      {in(kHead, kMessage), R"(^[\t ]*at \[Source: )", kHead},
      {in(kHead, kFrames), R"(^[\t ]+(?:eval )?at )", kFrames},
      {in(kMessage), R"(^[\t ]+(?:eval )?at (?:<js> )?[\w$.<>/@:;\[\]-]+\()", kFrames},
      {in(kHead, kMessage, kFrames),
       R"(^[\t ]*\.\.\. \d+ (?:more|common frames omitted|frames? (?:truncated|excluded|omitted)))", kFrames},
      {in(kHead, kFrames), R"(^[\t ]*(?:Caused by|Suppressed|Wrapped by): )", kHead},
      {in(kMessage), R"(^[\t ]*(?:Caused by|Suppressed|Wrapped by): [\w$.]+(?::|\s*$))", kHead},
      {in(kHead, kMessage, kFrames), R"(^[\t ]*\[CIRCULAR REFERENCE)", kFrames},
      {in(kFrames), R"(^[\t ]+- (?:locked|waiting|parking|eliminated) )", kFrames},
      {in(kHead, kMessage), kLogLine, kNone},
      {in(kHead, kMessage),
       R"(^(?:Exception in thread |(?:[\w$]+\.)*[\w$]*(?:Exception|Error|Throwable)(?::|\s*$)))", kNone},
      {in(kHead, kMessage), kAny, kMessage, kLoose},
  });
}

MultilinePattern python() {
  constexpr State kTrace = 1;
  constexpr State kRaised = 2;
  constexpr State kAfter = 3;    // an empty line: another may follow, or more of the message
  constexpr State kChained = 4;  // another follows
  constexpr State kMessage = 5;  // lines that may be of the message
  constexpr State kQuery = 6;    // SQL that is not over
  constexpr State kInvalid = 7;  // pydantic: a place in the input, and what is wrong with it
  constexpr State kPlace = 8;
  constexpr State kGroup = 9;  // of exceptions, drawn as a tree
  constexpr const char* kTitle = R"(Traceback \(most recent call last\):\s*$)";
  constexpr const char* kGroupTitle = R"(^[\t ]*\+ Exception Group Traceback \(most recent call last\):\s*$)";
  constexpr const char* kChain =
      R"(^(?:During handling of the above exception, another exception occurred|)"
      R"(The above exception was the direct cause of the following exception):\s*$)";
  return PresetRule::pattern_of({
      {in(kNone, kChained), kGroupTitle, kGroup},
      {in(kNone, kChained), kTitle, kTrace},
      {in(kNone), R"(^  File ".*", line \d+\s*$)", kTrace},
      {in(kNone, kChained), R"(RemoteTraceback:\s*$)", kChained},
      {in(kNone), R"(^--- Logging error ---\s*$|^Exception ignored (?:in|on)\b|^Exception in thread )",
       kChained},
      {in(kChained), R"(^\s*$|^"""\s*$)", kChained},
      {in(kTrace), kIndented, kTrace},
      {in(kTrace), R"(^[\pL_][\pL\d_.<>]*: \d+ validation errors? for )", kInvalid},
      {in(kTrace), R"(^[\pL_][\pL\d_.<>]*(?::|\s*$))", kRaised},
      {in(kRaised, kAfter, kMessage, kGroup), kGroupTitle, kNone},
      {in(kRaised, kAfter, kMessage),
       R"(^--- Logging error ---\s*$|^Exception (?:ignored (?:in|on)|in thread) |RemoteTraceback:\s*$)"
       R"(|^  File ".*", line \d+\s*$)",
       kNone},
      {in(kGroup), R"(^[\t ]+[|+])", kGroup},
      {in(kRaised, kInvalid, kGroup), kBlank, kAfter},
      {in(kAfter, kMessage), kChain, kChained},
      // SQLAlchemy quotes the statement and its parameters.
      {in(kRaised, kAfter, kMessage), R"(^\[(?:SQL|parameters): (?:.*[^\]\s])?\s*$)", kQuery},
      {in(kRaised, kAfter, kMessage), R"(^\[(?:SQL|(?:raw )?parameters|cached since)\b.*\]\s*$)", kRaised},
      {in(kRaised, kAfter, kMessage), R"(^\(Background on this error at: )", kRaised},
      {in(kQuery), R"(\]\s*$)", kRaised},
      {in(kQuery), kLogLine, kNone},
      {in(kQuery), kAny, kQuery, kLoose},
      // What databases and clients of services say after the first line.
      {in(kRaised, kAfter),
       R"(^(?:DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LINE \d+): |^(?:ORA|TNS|PLS)-\d+: |^Help: https?://)"
       R"(|^(?:Reason|HTTP response headers|HTTP response body): |^Failed validating |^On instance\b)"
       R"(|^(?:CUDA kernel errors|For debugging consider|Compile with `TORCH)|^(?:Message|Arguments): |^Call stack:)",
       kRaised},
      {in(kRaised), R"(^[\t ]+\S|^[\]})>]+[,.;:]?\s*$|^"""\s*$)", kRaised},
      {in(kAfter), R"(^"""\s*$|^[\t ]+\S)", kRaised},
      {in(kInvalid, kPlace), kIndented, kInvalid},
      {in(kInvalid), R"(^[^\s:]+(?: -> [^\s:]+)*\s*$)", kPlace, kLoose},
      {in(kRaised, kAfter, kMessage), kLogLine, kNone},
      {in(kRaised, kAfter, kMessage), kTitle, kNone},
      {in(kRaised, kAfter, kMessage), kAny, kMessage, kLoose},
  });
}

MultilinePattern go() {
  constexpr State kPanic = 1;
  constexpr State kGap = 2;   // before a goroutine
  constexpr State kCall = 3;  // before a function, or a gap
  constexpr State kFile = 4;  // before its file
  constexpr State kMessage = 5;
  constexpr State kRegisters = 6;
  constexpr const char* kGoroutine = R"(^goroutine \d+ .*\[.*\]:\s*$|^runtime stack:\s*$)";
  return PresetRule::pattern_of({
      {in(kNone), R"((?:^|\W)panic: |^fatal error: |http: panic serving |^SIG[A-Z]+: )", kPanic},
      {in(kPanic), R"(^\t|^\[signal |^PC=)", kPanic},
      {in(kMessage), R"(^\[signal )", kPanic},
      {in(kPanic, kCall), kBlank, kGap},
      {in(kPanic, kGap, kMessage), kGoroutine, kCall},
      {in(kGap), R"(^(?:r[a-z\d]{1,2}|rflags|eflags|[c-g]s|lr|sp|pc|fault) +0x)", kRegisters},
      {in(kRegisters), R"(^[a-z][a-z\d]{1,6} +0x)", kRegisters},
      {in(kCall), R"(^created by |^\S+\(.*\)\s*$)", kFile},
      {in(kCall), R"(^\.\.\.(?:additional|\d+) frames elided|^\tgoroutine running on other thread)", kCall},
      {in(kFile), kIndented, kCall},
      {in(kPanic, kGap, kMessage), kLogLine, kNone},
      {in(kPanic, kGap, kMessage), R"(^panic: |^fatal error: )", kNone},
      {in(kPanic, kGap, kMessage), kAny, kMessage, kLoose},
  });
}

MultilinePattern ruby() {
  constexpr State kHead = 1;
  constexpr State kMessage = 2;
  constexpr State kFrames = 3;
  // Ruby before 3.4 opens a method's name by a backtick.
  constexpr const char* kRaised = R"(^\S+:\d+:in ['`].*['`]: .*)";
  constexpr const char* kFrame = R"(^[\t ]+(?: *\d+: )?from \S+:\d+|^[\t ]*\S+:\d+:in ['`])";
  return PresetRule::pattern_of({
      {in(kNone), kRaised, kHead},
      {in(kNone), R"(^\S+:\d+: (?:.*\(\w+(?:::\w+)*\)|syntax error.*)\s*$)", kHead},
      {in(kNone), R"(^#<Thread:.* terminated with exception)", kHead},
      {in(kNone), R"(^[A-Z], \[.*\] +(?:ERROR|FATAL) -- .*\([A-Z]\w*(?:::\w+)*\)\s*$)", kHead},
      {in(kNone), R"(^(?:\[[^\]]*\] )*[A-Z]\w*(?:::\w+)* \(.*\):\s*$)", kHead},
      {in(kNone), R"(^(?:\[[^\]]*\] )*[A-Z]\w*(?:::\w+)*(?:Error|Exception|::\w+): )", kHead},
      {in(kNone), R"(^Traceback \(most recent call last\):\s*$)", kHead},
      {in(kHead, kFrames), kRaised, kHead},  // what caused it follows it
      {in(kHead, kMessage, kFrames), kFrame, kFrames},
      {in(kHead, kMessage, kFrames), R"(^\s+\.\.\. \d+ levels\.\.\.)", kFrames},
      {in(kHead, kMessage, kFrames), R"(^Caused by:? |^Causes:\s*$)", kHead},
      {in(kHead, kMessage), kLogLine, kNone},
      {in(kHead, kMessage), R"(^[A-Z], \[)", kNone},
      {in(kMessage), R"(^[A-Z]\w*(?:::\w+)*(?:Error|Exception)(?::| \())", kNone},
      {in(kHead, kMessage), kAny, kMessage, kLoose},
      {in(kFrames), kBlank, kFrames, kLoose},
  });
}

MultilinePattern node() {
  constexpr State kHead = 1;
  constexpr State kMessage = 2;
  constexpr State kFrames = 3;
  constexpr State kFields = 4;  // of the error, in braces behind the last frame
  constexpr State kSource = 5;  // the line that threw
  constexpr State kGap = 6;
  constexpr State kOver = 7;
  constexpr const char* kFrameAndFields = R"(^[\t ]+at .*\{\s*$)";
  return PresetRule::pattern_of({
      {in(kNone), R"(^(?:node:internal/\S+|file:///\S+|/\S+|[A-Z]:\\\S+):\d+(?::\d+)?\s*$)", kSource},
      {in(kNone), R"((?:^|[\s(\[])[\w$.]*(?:Error|Exception|Rejection|Warning)\b(?: \[\w+\])?(?:: |:?\s*$))",
       kHead},
      {in(kSource), R"(^(?:Uncaught:? )?[\w$.]*(?:Error|Exception)\b(?: \[\w+\])?(?:: |:?\s*$))", kHead},
      {in(kSource), R"(^\s*$|^[\t ]+\S)", kSource, kLoose},
      {in(kSource), R"(^Thrown at:|^throw |^\S.*[;{]\s*$)", kSource, kLoose},
      {in(kHead, kFrames), kFrameAndFields, kFields},
      {in(kHead, kFrames), R"(^[\t ]+at )", kFrames},
      {in(kMessage), R"(^[\t ]+at .*:\d+(?::\d+)?\)? \{\s*$)", kFields},
      {in(kMessage),
       R"(^[\t ]+at (?:.*:\d+(?::\d+)?\)?|.* ?\((?:<anonymous>|native|index \d+)\)|.*<anonymous>)\s*$)",
       kFrames},
      {in(kFrames, kOver),
       R"(^[\t ]*(?:Caused by|caused by|\[cause\]|From previous event|Thrown at|---)\b?:?)", kHead},
      {in(kFields), kIndented, kFields},
      {in(kFields), R"(^[}\]]+\)?[,;]?\s*$)", kOver},
      {in(kFields), kBlank, kFields, kLoose},
      {in(kFrames, kOver, kGap), kBlank, kGap, kLoose},
      {in(kGap, kOver), R"(^Node\.js v\d)", kOver},
      {in(kHead, kMessage), kLogLine, kNone},
      {in(kHead, kMessage), R"(^[\w$.]*(?:Error|Exception)(?: \[\w+\])?(?::|\s*$))", kNone},
      {in(kHead, kMessage), kAny, kMessage, kLoose},
  });
}

MultilinePattern dotnet() {
  constexpr State kHead = 1;
  constexpr State kMessage = 2;
  constexpr State kFrames = 3;
  constexpr State kData = 4;   // what Npgsql adds
  constexpr State kEvent = 5;  // of the console logger, whose lines are indented
  return PresetRule::pattern_of({
      {in(kNone), R"(^(?:trce|dbug|info|warn|fail|crit): )", kEvent},
      {in(kEvent), R"(^ {6}|^\t)", kEvent},
      {in(kEvent), R"(^(?:trce|dbug|info|warn|fail|crit): )", kNone},
      {in(kEvent), kLogLine, kNone},
      {in(kNone), R"((?:Exception|Error)\b(?: \(0x[0-9A-Fa-f]+\)|`\d+)?(?::|\s*$)|^Unhandled exception[.:])",
       kHead},
      {in(kHead, kMessage, kFrames), R"(^[\t ]*---> )", kHead},
      {in(kHead, kFrames), R"(^[\t ]+at )", kFrames},
      {in(kMessage), R"(^[\t ]+at [\w.<>`\[\],+$|&*@ -]+\()", kFrames},
      {in(kHead, kMessage, kFrames), R"(^[\t ]*--- End of )", kFrames},
      {in(kFrames, kData), R"(^[\t ]+(?:Exception data|Data):\s*$)", kData},
      {in(kData), R"(^[\t ]{3,}\S)", kData},
      {in(kFrames, kData), R"(^ClientConnectionId:|^Error Number:|^Routing Destination:)", kData},
      {in(kFrames, kData), R"(<---\s*$)", kFrames},
      {in(kFrames, kData), R"(^\s*$)", kFrames, kLoose},
      {in(kHead, kMessage), kLogLine, kNone},
      {in(kHead, kMessage), R"(^(?:Unhandled exception[.:]|(?:\w+\.)+\w*(?:Exception|Error)\b))", kNone},
      {in(kHead, kMessage), R"(^(?:trce|dbug|info|warn|fail|crit): )", kNone},
      {in(kHead, kMessage), kAny, kMessage, kLoose},
  });
}

MultilinePattern php() {
  constexpr State kHead = 1;
  constexpr State kMessage = 2;
  constexpr State kFrames = 3;
  constexpr State kGap = 4;
  return PresetRule::pattern_of({
      {in(kNone), R"((?:Fatal error|Uncaught|Unhandled)\b.*(?:Exception|Error)\b)", kHead},
      {in(kNone),
       R"(^(?:\[[^\]]*\] )?PHP (?:Fatal error|Parse error|Recoverable fatal error|Warning|Notice|Deprecated): )",
       kHead},
      {in(kNone), R"(\{"exception":"\[object\] \()", kHead},
      {in(kNone), R"(^(?:\w+\\)*\w*(?:Exception|Error): )", kHead},
      {in(kHead, kMessage, kFrames), R"(^(?:\[[^\]]*\] )?(?:PHP )?Stack trace:\s*$|^\[stacktrace\])",
       kFrames},
      {in(kFrames, kGap), R"(^\[previous exception\])", kHead},
      {in(kHead, kFrames, kGap), R"(^Next (?:\w+\\)*\w+)", kHead},
      {in(kMessage), R"(^Next (?:\w+\\)*\w+(?:Exception|Error)\b)", kHead},
      {in(kHead, kMessage, kFrames), R"(^#\d+ )", kFrames},
      {in(kFrames), R"(^(?:\[[^\]]*\] )?PHP +\d+\. )", kFrames},
      {in(kFrames), R"(^  thrown in .* on line \d+\s*$)", kFrames},
      {in(kFrames), R"re(^"\} *\s*$|^"\} \[\]|^\)"\})re", kFrames},
      {in(kFrames, kGap), kBlank, kGap, kLoose},
      {in(kHead, kMessage), R"(^(?:\[[^\]]*\] )?PHP [A-Z]\w+)", kNone},
      {in(kHead, kMessage), kLogLine, kNone},
      {in(kHead, kMessage), kAny, kMessage, kLoose},
  });
}

MultilinePattern rust() {
  constexpr State kHead = 1;  // the message is on the next line
  constexpr State kMessage = 2;
  constexpr State kFrames = 3;
  constexpr State kOver = 4;
  return PresetRule::pattern_of({
      {in(kNone), R"(^thread '.*' (?:\(\d+\) )?panicked at \S.*:\d+:\d+:\s*$)", kHead},
      {in(kNone), R"(^thread '.*' panicked at ')", kMessage},
      {in(kHead, kMessage, kFrames), R"(^note: (?:run with|[Ss]ome details are omitted))", kOver},
      {in(kHead, kMessage), R"(^stack backtrace:\s*$)", kFrames},
      {in(kFrames), R"(^ +\d+: |^[\t ]+at |^ +\[\.\.\. )", kFrames},
      {in(kHead), R"(^thread ')", kNone},
      {in(kHead), kAny, kMessage},
      {in(kMessage), kLogLine, kNone},
      {in(kMessage), R"(^thread ')", kNone},
      {in(kMessage), kAny, kMessage, kLoose},
  });
}

struct Preset {
  std::string_view name;
  MultilinePattern (*make)();
};
constexpr std::array kPresets = {Preset{"dotnet", dotnet}, Preset{"go", go},    Preset{"java", java},
                                 Preset{"node", node},     Preset{"php", php},  Preset{"python", python},
                                 Preset{"ruby", ruby},     Preset{"rust", rust}};

constexpr auto names() {
  std::array<std::string_view, kPresets.size()> found;
  for (std::size_t index = 0; index < kPresets.size(); ++index) found[index] = kPresets[index].name;
  return found;
}
constexpr auto kPresetNames = names();

}  // namespace

std::optional<MultilinePattern> MultilinePattern::preset(std::string_view name) {
  const auto* const found = std::find_if(kPresets.begin(), kPresets.end(),
                                         [&](const Preset& preset) { return preset.name == name; });
  if (found == kPresets.end()) return std::nullopt;
  return found->make();
}

std::span<const std::string_view> MultilinePattern::preset_names() {
  return kPresetNames;
}

}  // namespace headgate::collect
