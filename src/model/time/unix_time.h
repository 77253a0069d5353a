// Unix times as programs write them: seconds, milliseconds, microseconds or nanoseconds, told apart by how
// large they are.
// Tests: src/model/time/message_time_test.cc
#pragma once

#include <optional>
#include <string_view>

#include "model/time/timestamp.h"

namespace headgate {

// All of `number` is a JSON number (RFC 8259: fraction and exponent allowed, no plus sign, no leading zeros).
// Its unit follows from its magnitude: < 1e11 seconds, < 1e14 milliseconds, < 1e17 microseconds, else
// nanoseconds. Read exactly in decimal, never through a double; what lies beyond nanoseconds is cut.
// Empty for anything else, and for what would be before 2000-01-01 or after 2100-01-01T00:00:00Z: that is an
// uptime or a counter, no time.
std::optional<Timestamp> parse_unix_time(std::string_view number);

}  // namespace headgate
