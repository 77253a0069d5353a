// With which times events are sent, so that a service keeps them: CloudWatch Logs keeps none that is older
// than 14 days or more than 2 hours ahead. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "deliver/event_batcher.h"
#include "model/time/timestamp.h"
#include "ports/log_sink.h"

namespace headgate::deliver {

// The event's time, of what the record says: its own, or, where the service would never have taken that of a
// line which was written when this one was, the time it was written at. `taken`: none, any time is kept. A
// function of the record alone, so that batches follow from the object.
EventTimes event_times(Timestamp at, std::optional<Timestamp> written_at,
                       const std::optional<LogTimes>& taken);

// What events of an object that was stored then can have been taken for. Earlier ones are too old for ever.
EventBatcher::UsualTimes usual_times(Timestamp stored_at);

// A part of a batch as it is sent now.
struct TimedEvents {
  std::vector<LogEvent> events;  // by time, those of one time in the order they came
  // Which no call would keep, beyond what clocks may differ by.
  std::vector<LogEvent> too_old;
  std::vector<LogEvent> too_new;
  std::size_t restamped = 0;  // sent with the time they were written at, as their own is not taken
};
// Views into the batcher. Events that were passed over are left out.
TimedEvents timed(const EventBatcher& batcher, std::span<const EventBatcher::Event> part,
                  const std::optional<LogTimes>& taken, Timestamp now);

// As few calls as the span allows, in order. Mostly one.
std::vector<std::span<const LogEvent>> cut_by_span(std::span<const LogEvent> events,
                                                   std::int64_t span_ms_max);

}  // namespace headgate::deliver
