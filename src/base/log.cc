#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/json_text.h"

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

// JSON has no NaN and no infinities: those become text.
std::string number_text(double number) {
  if (std::isnan(number)) return "\"NaN\"";
  if (std::isinf(number)) return number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  return fmt::format("{}", number);
}

// Safe to show on a terminal and to split at blanks and `=`.
bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code <= 0x20 || code >= 0x7F || character == '"' || character == '\\' || character == '=')
      return false;
  }
  return true;
}

struct JsonValue {
  std::string& into;
  void operator()(std::string_view text) const { append_json_text(into, text); }
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
      append_json_text(into, text);
    }
  }
  template <typename Other>
  void operator()(Other other) const {
    JsonValue{into}(other);
  }
};

// Our lines are whole already; only the place of the level, which colours apply to, is added.
class LineFormatter : public spdlog::formatter {
 public:
  static constexpr std::size_t kLevelAt = 13;  // after "HH:MM:SS.mmm "
  static constexpr std::size_t kLevelWidth = 5;

  explicit LineFormatter(Style style) : style_(style) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override {
    into.append(message.payload.data(), message.payload.data() + message.payload.size());
    into.push_back('\n');
    if (style_ == Style::Json) return;
    message.color_range_start = kLevelAt;
    message.color_range_end = kLevelAt + kLevelWidth;
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(style_);
  }

 private:
  const Style style_;
};

struct Output {
  Level least = Level::Info;
  Style style = Style::Json;
  spdlog::logger logger;  // no registry, no level of its own: spdlog only writes

  Output(Level least_level, Style line_style)
      : least(least_level),
        style(line_style),
        logger("headgate", std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>()) {
    logger.set_level(spdlog::level::trace);
    logger.set_formatter(std::make_unique<LineFormatter>(line_style));
  }
};

// The one process-wide state of Headgate. Never destroyed: threads and destructors may log until the very
// end.
std::unique_ptr<Output>& output() {
  static auto& the_output = *new std::unique_ptr<Output>(std::make_unique<Output>(Level::Info, Style::Json));
  return the_output;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warn:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  CHECK(false);
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

void write(Level level, EventId event, std::string_view message, Fields fields) {
  Output& out = *output();
  if (level < out.least) return;
  const std::string now = time_now();
  const std::string line = out.style == Style::Json ? json_line(now, level, event, message, fields)
                                                    : human_line(std::string_view(now).substr(11, 12), level,
                                                                 event, message, fields);
  out.logger.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void configure(Level least, Style style) {
  output() = std::make_unique<Output>(least, style);
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
