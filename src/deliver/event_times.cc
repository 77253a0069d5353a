#include "deliver/event_times.h"

#include <algorithm>

namespace headgate::deliver {
namespace {

// Our clock and the service's differ, and a call takes its time: what is so near the limit the service
// decides.
constexpr std::int64_t kClocksDifferMs = 15LL * 60 * 1000;

// How far from what is taken at `now`: below 0 too old, above 0 too new, by so many milliseconds.
std::int64_t outside(std::int64_t at_ms, std::int64_t now_ms, const LogTimes& taken) {
  const std::int64_t first = now_ms - taken.age_max.count();
  const std::int64_t last = now_ms + taken.ahead_max.count();
  if (at_ms < first) return at_ms - first;
  return at_ms > last ? at_ms - last : 0;
}

}  // namespace

EventTimes event_times(Timestamp at, std::optional<Timestamp> written_at,
                       const std::optional<LogTimes>& taken) {
  EventTimes times{.at_ms = std::max<std::int64_t>(at.milliseconds(), 0), .written_at = written_at};
  if (!taken || !written_at) return times;
  const std::int64_t written_ms = std::max<std::int64_t>(written_at->milliseconds(), 0);
  if (outside(times.at_ms, written_ms, *taken) != 0) times.at_ms = written_ms;
  return times;
}

EventBatcher::UsualTimes usual_times(Timestamp stored_at) {
  return {.first_ms = stored_at.milliseconds() - kLogTimes.age_max.count() - kClocksDifferMs,
          .last_ms = stored_at.milliseconds() + kLogTimes.ahead_max.count()};
}

TimedEvents timed(const EventBatcher& batcher, std::span<const EventBatcher::Event> part,
                  const std::optional<LogTimes>& taken, Timestamp now) {
  TimedEvents timed;
  timed.events.reserve(part.size());
  const std::int64_t now_ms = now.milliseconds();
  for (const EventBatcher::Event& event : part) {
    if (event.is_passed_over()) continue;
    LogEvent sent{.at_ms = event.at_ms, .message = batcher.message_of(event)};
    const std::int64_t by = taken ? outside(event.at_ms, now_ms, *taken) : 0;
    if (by == 0) {
      timed.events.push_back(sent);
      continue;
    }
    const bool is_written_known = event.written_ms != EventBatcher::Event::kNotKnown;
    if (is_written_known && outside(event.written_ms, now_ms, *taken) == 0) {
      sent.at_ms = event.written_ms;
      ++timed.restamped;
      timed.events.push_back(sent);
    } else if (by < -kClocksDifferMs) {
      timed.too_old.push_back(sent);
    } else if (by > kClocksDifferMs) {
      timed.too_new.push_back(sent);
    } else {
      timed.events.push_back(sent);
    }
  }
  if (timed.restamped > 0) {
    std::stable_sort(timed.events.begin(), timed.events.end(),
                     [](const LogEvent& left, const LogEvent& right) { return left.at_ms < right.at_ms; });
  }
  return timed;
}

std::vector<std::span<const LogEvent>> cut_by_span(std::span<const LogEvent> events,
                                                   std::int64_t span_ms_max) {
  std::vector<std::span<const LogEvent>> cut;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= events.size(); ++end) {
    if (end < events.size() && events[end].at_ms - events[begin].at_ms <= span_ms_max) continue;
    cut.push_back(events.subspan(begin, end - begin));
    begin = end;
  }
  return cut;
}

}  // namespace headgate::deliver
