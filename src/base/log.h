// What operators read. A log line is an event: a stable id that people alert on, a sentence that says what
// happened and what the reader can do, and fields, for example the tenant. Never a secret, never a tenant's
// log text. One JSON object a line, or words on a terminal. docs/log-events.md lists them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace headgate::log {

enum class Level { Debug, Info, Warn, Error };
enum class Style { Json, Human };

constexpr std::size_t kEventIdMax = 40;  // characters

// Lower-case snake case: words of a to z and 0 to 9, joined by single underscores; a letter comes first.
constexpr bool is_event_id(std::string_view text) {
  if (text.empty() || text.size() > kEventIdMax || text.back() == '_') return false;
  char before = '_';
  for (const char character : text) {
    const bool is_letter = character >= 'a' && character <= 'z';
    const bool is_digit = character >= '0' && character <= '9';
    if (!is_letter && !is_digit && character != '_') return false;
    if (before == '_' && character == '_') return false;
    before = character;
  }
  return text.front() < '0' || text.front() > '9';
}

// Never defined: a call in an EventId's constructor is the compiler's message that the id is wrong.
void this_is_no_event_id();

// The name of an event. It is checked when the program is compiled, so every id stands in the source.
class EventId {
 public:
  consteval EventId(const char* text) : text_(text) {
    if (!is_event_id(text_)) this_is_no_event_id();
  }
  constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

// The largest text of a field. What is longer is cut, and ends in U+2026 (an ellipsis).
constexpr std::size_t kTextBytesMax = 16 * 1024;

// One named value of an event. The text must live until the call returns.
struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, const std::string& text)
      : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  template <std::signed_integral T>
  requires(!std::same_as<T, bool>) Field(std::string_view field_name, T number)
      : name(field_name), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Field(std::string_view field_name, T number)
      : name(field_name), value(static_cast<std::uint64_t>(number)) {}

  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

using Fields = std::initializer_list<Field>;

// Lines go to stderr, each with one write; on a terminal, Human ones have a coloured level.
// Until configure() is called: Info, Json. Any thread may log; configure before threads start.
void configure(Level least, Style style);

// Each call stands with its id and its sentence as literals, so that a search for either finds the call;
// tools/log_events.py compares the calls with docs/log-events.md.
void debug(EventId event, std::string_view message, Fields fields = {});
void info(EventId event, std::string_view message, Fields fields = {});
void warn(EventId event, std::string_view message, Fields fields = {});
void error(EventId event, std::string_view message, Fields fields = {});

// {"time":"2026-11-23T14:29:08.123Z","level":"info","event":"object_stored","message":"...","key":"..."}
// without a newline. `time` is RFC 3339. Text is escaped; bytes that are not UTF-8 become U+FFFD. Pure, for
// tests.
std::string json_line(std::string_view time, Level level, EventId event, std::string_view message,
                      Fields fields);
// 14:29:08.123 INFO  An object was stored.  key=... tenant="a b"
// 14:29:08.123 WARN  A delivery failed. [delivery_failed]  key=...
// Warnings and errors carry the id, because their reader looks it up.
std::string human_line(std::string_view time, Level level, EventId event, std::string_view message,
                       Fields fields);

}  // namespace headgate::log
