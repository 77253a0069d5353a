// What operators read. A log line is an event with fields: it names the tenant and says what can be done
// about it; never a secret, never a tenant's log text. One JSON object a line, or words on a terminal.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace headgate::log {

enum class Level { Debug, Info, Warn, Error };
enum class Style { Json, Human };

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

// Until this is called: Info, Json, stderr. Any thread may log; configure before threads start.
void configure(Level least, Style style);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

// {"time":"2026-11-23T14:29:08.123Z","level":"info","event":"object stored","key":"..."} without a newline.
// `time` is RFC 3339. Text is escaped; bytes that are not UTF-8 become U+FFFD. Pure, for tests.
std::string json_line(std::string_view time, Level level, std::string_view event, Fields fields);
// 14:29:08.123 INFO  object stored  key=... tenant="a b"
std::string human_line(std::string_view time, Level level, std::string_view event, Fields fields);

}  // namespace headgate::log
