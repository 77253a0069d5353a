#include "deliver/event_batcher.h"

#include <algorithm>

#include "base/check.h"

namespace headgate::deliver {

static_assert(sizeof(EventBatcher::Event) <= kLogEventOverheadBytes, "what is counted bounds the memory");

bool EventBatcher::fits(std::size_t message_bytes) const {
  if (empty()) return true;
  return events_.size() < limits_.events_max &&
         bytes_ + message_bytes + kLogEventOverheadBytes <= limits_.bytes_max;
}

void EventBatcher::count(std::size_t message_bytes) {
  CHECK(message_bytes <= limits_.message_bytes_max && fits(message_bytes));
  bytes_ += message_bytes + kLogEventOverheadBytes;
}

void EventBatcher::pass_over(std::int64_t at_ms, std::size_t message_bytes) {
  count(message_bytes);
  events_.push_back({.at_ms = at_ms});
}

void EventBatcher::add(const EventTimes& times, std::string_view message) {
  count(message.size());
  events_.push_back({.at_ms = times.at_ms,
                     .written_ms = times.written_at ? times.written_at->milliseconds() : Event::kNotKnown,
                     .begin = static_cast<std::uint32_t>(text_.size()),
                     .bytes = static_cast<std::uint32_t>(message.size())});
  text_ += message;
}

std::vector<std::span<const EventBatcher::Event>> EventBatcher::parts(const UsualTimes& usual) {
  const auto is_earlier = [](const Event& left, const Event& right) { return left.at_ms < right.at_ms; };
  if (!std::is_sorted(events_.begin(), events_.end(), is_earlier))
    std::stable_sort(events_.begin(), events_.end(), is_earlier);
  const std::span<const Event> events = events_;
  const auto first_usual = std::partition_point(
      events.begin(), events.end(), [&](const Event& event) { return event.at_ms < usual.first_ms; });
  const auto after_usual = std::partition_point(
      first_usual, events.end(), [&](const Event& event) { return event.at_ms <= usual.last_ms; });
  std::vector<std::span<const Event>> parts;
  const auto add_part = [&](auto begin, auto end) {
    if (begin != end) parts.emplace_back(begin, end);
  };
  add_part(events.begin(), first_usual);
  auto begin = first_usual;
  for (auto event = first_usual; event != after_usual; ++event) {
    if (event->at_ms - begin->at_ms <= limits_.span_ms_max) continue;
    add_part(begin, event);
    begin = event;
  }
  add_part(begin, after_usual);
  add_part(after_usual, events.end());
  return parts;
}

void EventBatcher::clear() {
  text_.clear();
  events_.clear();
  bytes_ = 0;
}

}  // namespace headgate::deliver
