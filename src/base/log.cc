#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <utility>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "base/json_text.h"
#include "base/mutex.h"
#include "base/utf8.h"

namespace headgate::log {

namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warn:
      return "warn";
    case Level::Error:
      return "error";
  }
  CHECK(false);
}

// All five wide, so that events line up.
std::string_view column_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "DEBUG";
    case Level::Info:
      return "INFO ";
    case Level::Warn:
      return "WARN ";
    case Level::Error:
      return "ERROR";
  }
  CHECK(false);
}

// This bounds a line: a call's fields are few, and their names are short.
void append_text(std::string& into, std::string_view text) {
  if (text.size() <= kTextBytesMax) return append_json_text(into, text);
  append_json_text(into, std::string(text.substr(0, whole_characters(text, kTextBytesMax))) + "\xE2\x80\xA6");
}

// JSON has no NaN and no infinities: those become text.
std::string number_text(double number) {
  if (std::isnan(number)) return "\"NaN\"";
  if (std::isinf(number)) return number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  return fmt::format("{}", number);
}

// Safe to show on a terminal and to split at blanks and `=`.
bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > kTextBytesMax) return false;
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code <= 0x20 || code >= 0x7F || character == '"' || character == '\\' || character == '=')
      return false;
  }
  return true;
}

struct JsonValue {
  std::string& into;
  void operator()(std::string_view text) const { append_text(into, text); }
  void operator()(std::int64_t number) const { into += fmt::format_int(number).c_str(); }
  void operator()(std::uint64_t number) const { into += fmt::format_int(number).c_str(); }
  void operator()(double number) const { into += number_text(number); }
  void operator()(bool flag) const { into += flag ? "true" : "false"; }
};

struct HumanValue {
  std::string& into;
  void operator()(std::string_view text) const {
    if (is_plain(text)) {
      into += text;
    } else {
      append_text(into, text);
    }
  }
  template <typename Other>
  void operator()(Other other) const {
    JsonValue{into}(other);
  }
};

// The one process-wide state of Headgate. It is never destroyed: threads and destructors may log until the
// very end.
struct Output {
  Level least = Level::Info;
  Style style = Style::Json;
  bool is_coloured = false;
  Mutex one_line_at_a_time;
};

Output& output() {
  static auto& the_output = *new Output;
  return the_output;
}

// RFC 3339 in UTC with milliseconds; its bytes 11 to 22 are the time of day that people see.
std::string time_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm civil{};
  ::gmtime_r(&seconds, &civil);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", civil.tm_year + 1900, civil.tm_mon + 1,
                     civil.tm_mday, civil.tm_hour, civil.tm_min, civil.tm_sec, milliseconds % 1000);
}

// ECMA-48, 8.3.117: select graphic rendition.
std::string_view colour_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "\033[36m";  // cyan
    case Level::Info:
      return "\033[32m";  // green
    case Level::Warn:
      return "\033[1;33m";  // bold yellow
    case Level::Error:
      return "\033[1;31m";  // bold red
  }
  CHECK(false);
}
constexpr std::string_view kNoColour = "\033[m";
constexpr std::size_t kLevelAt = std::string_view("14:29:08.123 ").size();  // in a line of human_line()
constexpr std::size_t kLevelBytes = 5;

void colour(std::string& line, Level level) {
  line.insert(kLevelAt + kLevelBytes, kNoColour);
  line.insert(kLevelAt, colour_of(level));
}

// With one call, so that lines of other processes which share our stderr come before or behind it. A line
// that stderr does not take is lost: there is nowhere to say so.
void write_line(std::string& line) {
  line.push_back('\n');
  const MutexLock lock(output().one_line_at_a_time);
  (void)write_all(STDERR_FILENO, line);
}

void write(Level level, EventId event, std::string_view message, Fields fields) {
  const Output& out = output();
  if (level < out.least) return;
  const std::string now = time_now();
  std::string line = out.style == Style::Json
                         ? json_line(now, level, event, message, fields)
                         : human_line(std::string_view(now).substr(11, 12), level, event, message, fields);
  if (out.is_coloured) colour(line, level);
  write_line(line);
}

}  // namespace

void configure(Level least, Style style) {
  Output& out = output();
  out.least = least;
  out.style = style;
  out.is_coloured = style == Style::Human && ::isatty(STDERR_FILENO) == 1;
}

void debug(EventId event, std::string_view message, Fields fields) {
  write(Level::Debug, event, message, fields);
}
void info(EventId event, std::string_view message, Fields fields) {
  write(Level::Info, event, message, fields);
}
void warn(EventId event, std::string_view message, Fields fields) {
  write(Level::Warn, event, message, fields);
}
void error(EventId event, std::string_view message, Fields fields) {
  write(Level::Error, event, message, fields);
}

std::string json_line(std::string_view time, Level level, EventId event, std::string_view message,
                      Fields fields) {
  std::string line;
  line.reserve(128);
  line += "{\"time\":";
  append_json_text(line, time);
  line += ",\"level\":\"";
  line += name_of(level);
  line += "\",\"event\":\"";
  line += event.view();  // its characters need no escaping
  line += "\",\"message\":";
  append_json_text(line, message);
  for (const Field& field : fields) {
    line.push_back(',');
    append_json_text(line, field.name);
    line.push_back(':');
    std::visit(JsonValue{line}, field.value);
  }
  line.push_back('}');
  return line;
}

std::string human_line(std::string_view time, Level level, EventId event, std::string_view message,
                       Fields fields) {
  std::string line;
  line.reserve(128);
  line += time;
  line.push_back(' ');
  line += column_of(level);
  line.push_back(' ');
  line += message;
  if (level >= Level::Warn) {
    line += " [";
    line += event.view();
    line.push_back(']');
  }
  std::string_view gap = "  ";
  for (const Field& field : fields) {
    line += std::exchange(gap, " ");
    line += field.name;
    line.push_back('=');
    std::visit(HumanValue{line}, field.value);
  }
  return line;
}

}  // namespace headgate::log
