#include "model/time/timestamp.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "model/time/unix_time.h"

using namespace headgate;

namespace {

void check_round_trip(Timestamp at) {
  const std::string text = to_rfc3339(at);
  CHECK(text.size() == kRfc3339Bytes);
  CHECK(text >= "1677-09-21T00:12:43.145224192Z" && text <= "2262-04-11T23:47:16.854775807Z");
  CHECK(parse_rfc3339(text) == at);
  CHECK(timestamp_of(civil_of(at)) == at);
  CHECK(to_key_time(at).size() == 15);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size >= sizeof(std::int64_t)) {
    Timestamp at;
    std::memcpy(&at.nanoseconds, data, sizeof(at.nanoseconds));
    check_round_trip(at);
  }
  const std::optional<ParsedTime> parsed = parse_iso_prefix(input);
  if (parsed) {
    CHECK(parsed->length >= 19 && parsed->length <= size);
    check_round_trip(parsed->at);
    // It is all that its own bytes say, and the fast path agrees.
    const std::string_view own = input.substr(0, parsed->length);
    CHECK(parse_iso_prefix(own)->at == parsed->at);
    CHECK(parse_rfc3339(own).has_value() == parsed->has_zone);
    if (parsed->has_zone) CHECK(parse_rfc3339(own) == parsed->at);
  }
  const std::optional<Timestamp> whole = parse_rfc3339(input);
  CHECK(whole.has_value() == (parsed && parsed->has_zone && parsed->length == size));
  if (const std::optional<Timestamp> number = parse_unix_time(input)) {
    CHECK(*number >= parse_rfc3339("2000-01-01T00:00:00Z") &&
          *number <= parse_rfc3339("2100-01-01T00:00:00Z"));
    // The same digits without their point and with their unit spelt out.
    CHECK(parse_unix_time(std::to_string(number->nanoseconds) + ".0e-0") == number);
    CHECK(parse_unix_time(std::to_string(number->nanoseconds) + "e-9") == number);
  }
  return 0;
}
