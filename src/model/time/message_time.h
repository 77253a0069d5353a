// When a log line says it happened. The runtime stamps each line when it reads it; many programs also write a
// time of their own, earlier and truer. This finds it. The message itself is never altered.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/time/believed_time.h"
#include "model/time/timestamp.h"

namespace headgate {

struct EventTime {
  // Runtime: the message has no time that can be read. RuntimeInstead: it has, and none is believed.
  enum class Source : std::uint8_t { Message, Runtime, RuntimeInstead };
  Timestamp at;  // the runtime's unless source is Message
  Source source = Source::Runtime;
};

// The first of the message's own times that is believed (believed_time.h), or else the runtime's.
//
// A message that begins (after blanks) with `{`: the first of these top-level keys whose value can be read as
// a time and is believed:
//   ts, time, stageTimestamp, requestReceivedTimestamp, timestamp, @timestamp, asctime
// (that order of preference, whatever their order in the text; a key that is there but cannot be read, or is
// not believed, falls through to the next). A string is ISO 8601 (parse_iso_prefix over all of it) or a
// number in a string; a number is a Unix time whose unit follows from its magnitude:
//   < 1e11 seconds, < 1e14 milliseconds, < 1e17 microseconds, else nanoseconds; with its fraction, exactly
//   (decimal, never through a double). Numbers that mean a time before 2000-01-01 or after 2100-01-01 are no
//   time (an uptime, a counter).
// Any other message (leading blanks skipped for all of these):
//   ISO 8601 at the start (parse_iso_prefix) · klog `I0830 11:27:01.564974` (levels I W E F D; no offset; the
//   year is the one that puts it nearest to `runtime_time`, so that a line of 31 December read on 1 January
//   is right; a 29 February with no leap year's within half a year is no time) · Go `2025/08/30 10:33:20`
//   with optional fraction, no offset · else `time="<ISO 8601>"` within the first 4096 bytes, not as the end
//   of a longer name (`uptime="`).
// No letter or digit may follow such a time directly. A leap-second :60 reads as :59.999999999. JSON is read
// as far as it is JSON: what stands after damage, or in a nested value, is never looked at (json_time.h). No
// allocation, at most one pass over the message.
EventTime event_time(std::string_view message, Timestamp runtime_time, const TimeWindow& window = {});

}  // namespace headgate
