#include "model/time/message_time.h"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"

using namespace headgate;

namespace {

// However far it is from the runtime's.
std::optional<Timestamp> any_time(std::string_view message, Timestamp runtime_time) {
  const TimeWindow unbounded{.before_max = std::chrono::nanoseconds::max(),
                             .after_max = std::chrono::nanoseconds::max()};
  const EventTime found = event_time(message, runtime_time, unbounded);
  if (found.source != EventTime::Source::Message) return std::nullopt;
  return found.at;
}

// For JSON that simdjson takes as a whole, `ts` at the top level decides; and there is no time without one of
// the keys there. The scanner may see a time where simdjson sees damage (it stops early), so only valid
// documents are compared.
void check_against_simdjson(std::string_view message, const std::optional<Timestamp>& found) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string(message)).get(object) != simdjson::SUCCESS) return;
  bool has_key = false;
  bool is_plain = true;  // no key is written with escapes or twice
  std::optional<Timestamp> ts;
  bool has_ts = false;
  for (const auto [key, value] : object) {
    if (message.find("\"" + std::string(key) + "\"") == std::string_view::npos) is_plain = false;
    for (const std::string_view name :
         {"ts", "time", "stageTimestamp", "requestReceivedTimestamp", "timestamp", "@timestamp", "asctime"}) {
      has_key = has_key || key == name;
    }
    if (key != "ts") continue;
    if (has_ts) is_plain = false;
    has_ts = true;
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) {
      const std::optional<ParsedTime> iso = parse_iso_prefix(text);
      if (iso && iso->length == text.size() && iso->has_zone) ts = iso->at;
    }
  }
  if (found) CHECK(has_key);
  if (is_plain && ts) CHECK(found == ts || message.find('\\') != std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Timestamp runtime_time;
  if (size < sizeof(runtime_time.nanoseconds)) return 0;
  std::memcpy(&runtime_time.nanoseconds, data, sizeof(runtime_time.nanoseconds));
  size -= sizeof(runtime_time.nanoseconds);
  // A copy of its own, so that a read past the end is seen.
  const std::unique_ptr<char[]> copy(new char[size]);
  std::memcpy(copy.get(), data + sizeof(runtime_time.nanoseconds), size);
  const std::string_view message(copy.get(), size);

  // With the default window, what is believed is near.
  const TimeWindow near;
  const EventTime bounded = event_time(message, runtime_time, near);
  CHECK(bounded.at - runtime_time >= -near.before_max && bounded.at - runtime_time <= near.after_max);
  CHECK(bounded.source == EventTime::Source::Message || bounded.at == runtime_time);

  const std::optional<Timestamp> found = any_time(message, runtime_time);
  CHECK(found || bounded.source == EventTime::Source::Runtime);
  if (found) {
    const std::string text = to_rfc3339(*found);
    CHECK(text >= "1677" && text < "2263");
    CHECK(parse_rfc3339(text) == found);
  }
  // Blanks before it never matter.
  CHECK(any_time(" \t" + std::string(message), runtime_time) == found ||
        message.size() > 4'000);  // the end of what is searched moves
  const std::size_t first = message.find_first_not_of(" \t");
  if (first != std::string_view::npos && message[first] == '{') {
    check_against_simdjson(message.substr(first), found);
  }
  return 0;
}
