#include "ports/log_sink.h"

#include <fmt/format.h>

namespace headgate {

Result<> check_log_batch(std::span<const LogEvent> events) {
  if (events.empty()) return Error{Fault::Invalid, "events: none"};
  if (events.size() > kLogBatchEventsMax) return Error{Fault::Invalid, "events: more than 10000"};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const LogEvent& event = events[i];
    if (event.message.empty()) return Error{Fault::Invalid, fmt::format("event {}: message: empty", i)};
    if (event.at_ms < 0) return Error{Fault::Invalid, "events: a time before 1970"};
    if (i > 0 && event.at_ms < events[i - 1].at_ms) {
      return Error{Fault::Invalid, fmt::format("event {}: earlier than the event before it", i)};
    }
    bytes += event.message.size() + kLogEventOverheadBytes;
  }
  if (bytes > kLogBatchBytesMax)
    return Error{Fault::Invalid, fmt::format("events: {} bytes, more than 1 MiB", bytes)};
  // Unsigned, so that even the span between two absurd times fits.
  const std::uint64_t span_ms =
      static_cast<std::uint64_t>(events.back().at_ms) - static_cast<std::uint64_t>(events.front().at_ms);
  if (span_ms > static_cast<std::uint64_t>(kLogBatchSpanMsMax)) {
    return Error{Fault::Invalid, "events: span more than 24 hours"};
  }
  return {};
}

}  // namespace headgate
