#include "loggen/generator.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace headgate::loggen {
namespace {

constexpr Timestamp kMoment{1'756'553'221'564'974'123};  // the program's: 2025-08-30T11:27:01.564974123Z

std::vector<std::string> messages_of(const GeneratorOptions& options, int lines) {
  Generator generator = Generator::make(options).value();
  std::vector<std::string> messages;
  messages.reserve(static_cast<std::size_t>(lines));
  for (int line = 0; line < lines; ++line)
    messages.emplace_back(generator.next(kMoment + kRuntimeDelay).message);
  return messages;
}

// What a checker does: the number of a line, 0 when it has none.
std::uint64_t number_of(std::string_view message) {
  for (const std::string_view start : {"seq=", "\"seq\":\"", "\"seq\":"}) {
    const std::size_t at = message.find(start);
    if (at == std::string_view::npos) continue;
    std::uint64_t number = 0;
    std::from_chars(message.data() + at + start.size(), message.data() + message.size(), number);
    return number;
  }
  return 0;
}

bool is_json(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

TEST(Generator, GivesTheSameLinesForTheSameSeed) {
  const GeneratorOptions options{.seed = 42, .partial_percent = 1, .has_odd_lines = true};
  EXPECT_EQ(messages_of(options, 500), messages_of(options, 500));
  GeneratorOptions other = options;
  other.seed = 43;
  EXPECT_NE(messages_of(options, 500), messages_of(other, 500));
}

TEST(Generator, NumbersTheLinesOfEachPodWithoutGaps) {
  Generator generator =
      Generator::make(
          {.fleet = {.tenants = 2, .applications = 2, .pods = 2, .containers = 2}, .has_odd_lines = true})
          .value();
  std::map<std::size_t, std::uint64_t> last;
  std::uint64_t numbered = 0;
  for (int index = 0; index < 20'000; ++index) {
    const Line line = generator.next(kMoment);
    const std::uint64_t number = number_of(line.message);
    if (number == 0) {
      EXPECT_EQ(line.message.find_first_not_of(" \t"), std::string_view::npos) << line.message;
      continue;
    }
    ++numbered;
    ASSERT_EQ(number, ++last[generator.fleet().containers[line.container].pod]) << line.message;
  }
  EXPECT_EQ(last.size(), generator.fleet().pods.size());
  EXPECT_EQ(generator.numbered(), numbered);
}

TEST(Generator, WritesTheTimeThatEachFormatPromises) {
  struct Case {
    Format format;
    std::vector<std::string_view> starts;    // one of them begins the line, after the level of klog
    std::vector<std::string_view> contains;  // or one of them is in it
  };
  const std::vector<Case> cases = {
      {Format::Iso,
       {"2025-08-30T11:27:01.564Z ", "2025-08-30T11:27:01.564974123Z ", "2025-08-30 11:27:01,564 "},
       {}},
      {Format::Json,
       {},
       {R"("ts":1756553221.564974,)", R"("ts":"2025-08-30T11:27:01.564Z")",
        R"("time":"2025-08-30T11:27:01.564974123Z")", R"("time":1756553221564,)"}},
      {Format::Klog, {"I0830 11:27:01.564974 ", "W0830 11:27:01.564974 ", "E0830 11:27:01.564974 "}, {}},
      {Format::Logfmt, {R"(time="2025-08-30T11:27:01Z")", R"(time="2025-08-30T11:27:01.564974123Z")"}, {}},
      {Format::Go, {"2025/08/30 11:27:01 ", "2025/08/30 11:27:01.564974 "}, {}},
      {Format::Audit,
       {},
       {R"("requestReceivedTimestamp":"2025-08-30T11:27:01.564974Z","stageTimestamp":"2025-08-30T11:27:01.564974Z")"}}};
  for (const Case& tried : cases) {
    std::set<std::string_view> seen;
    for (const std::string& message : messages_of({.formats = {tried.format}}, 300)) {
      bool is_found = false;
      for (const std::string_view start : tried.starts) {
        if (message.starts_with(start)) is_found = seen.insert(start).first != seen.end();
      }
      for (const std::string_view part : tried.contains) {
        if (message.find(part) != std::string::npos) is_found = seen.insert(part).first != seen.end();
      }
      EXPECT_TRUE(is_found) << name_of(tried.format) << ": " << message;
    }
    EXPECT_EQ(seen.size(), tried.starts.size() + tried.contains.size()) << name_of(tried.format);
  }
}

TEST(Generator, WritesJsonThatCanBeParsed) {
  for (const Format format : {Format::Json, Format::Audit}) {
    for (const std::string& message : messages_of({.formats = {format}, .partial_percent = 5}, 300)) {
      EXPECT_TRUE(is_json(message)) << message;
    }
  }
}

TEST(Generator, KeepsSizesWithinTheirBoundsInEveryFormat) {
  for (const Format format : kFormats) {
    std::set<std::size_t> sizes;
    const GeneratorOptions options{
        .formats = {format}, .bytes_min = 1000, .bytes_mean = 1300, .bytes_max = 1500};
    for (const std::string& message : messages_of(options, 500)) {
      EXPECT_GE(message.size(), 1000u) << message;
      EXPECT_LE(message.size(), 1500u) << message;
      sizes.insert(message.size());
    }
    EXPECT_GT(sizes.size(), 50u) << name_of(format);
  }
}

TEST(Generator, WritesTheAskedShareOfLongLinesAndOfStderr) {
  Generator generator = Generator::make({.partial_percent = 10, .stderr_percent = 25}).value();
  int on_stderr = 0;
  int long_ones = 0;
  for (int index = 0; index < 4000; ++index) {
    const Line line = generator.next(kMoment);
    on_stderr += line.stream == Stream::Stderr;
    long_ones += line.message.size() > kFragmentBytesMax;
    EXPECT_LE(line.message.size(), kPartialBytesMax);
  }
  EXPECT_NEAR(on_stderr, 1000, 120);
  EXPECT_NEAR(long_ones, 400, 90);
}

TEST(Generator, WritesOddLinesOfEveryKindOnlyWhenAsked) {
  std::set<std::string_view> found;
  for (const std::string& message : messages_of({.has_odd_lines = true}, 60'000)) {
    ASSERT_EQ(message.find('\n'), std::string::npos);
    if (message.empty()) found.insert("empty");
    if (message == "  \t  ") found.insert("blank");
    if (message.size() == kLineBytesMax) found.insert("1 MiB");
    if (message.find('\0') != std::string::npos) found.insert("NUL");
    if (message.ends_with('\r')) found.insert("CR at the end");
    if (message.find("\xff\xfe") != std::string::npos) found.insert("not UTF-8");
    if (message.find("\\ud800") != std::string::npos) found.insert("lone surrogate");
    if (message.starts_with('{') && !is_json(message)) found.insert("cut JSON");
  }
  EXPECT_EQ(found.size(), 8u);

  for (const std::string& message : messages_of({.has_odd_lines = false}, 5000)) {
    for (const char letter : message) {
      ASSERT_TRUE((letter >= ' ' && letter <= '~') || letter == '\t') << message;
    }
  }
}

TEST(Generator, NamesTheOptionThatIsWrong) {
  struct Case {
    GeneratorOptions options;
    std::string_view starts;
  };
  const std::vector<Case> cases = {{{.formats = {}}, "format: "},
                                   {{.bytes_min = 100, .bytes_mean = 150, .bytes_max = 99}, "min-bytes: "},
                                   {{.bytes_min = 100, .bytes_mean = 99, .bytes_max = 2000}, "size-mean: "},
                                   {{.bytes_min = 100, .bytes_mean = 2001, .bytes_max = 2000}, "size-mean: "},
                                   {{.bytes_min = 0, .bytes_mean = 0}, "size-mean: "},
                                   {{.bytes_max = kLineBytesMax + 1}, "max-bytes: "},
                                   {{.formats = {Format::Audit}, .bytes_mean = 300, .bytes_max = 300},
                                    "max-bytes: 300 is too small for audit"},
                                   {{.partial_percent = 100.5}, "partial-percent: "},
                                   {{.stderr_percent = -1}, "stderr-percent: "},
                                   {{.fleet = {.pods = 0}}, "pods: "}};
  for (const Case& tried : cases) {
    const Result<Generator> made = Generator::make(tried.options);
    ASSERT_FALSE(made.ok()) << tried.starts;
    EXPECT_EQ(made.error().fault, Fault::Invalid);
    EXPECT_TRUE(made.error().what.starts_with(tried.starts)) << made.error().what;
  }
}

}  // namespace
}  // namespace headgate::loggen
