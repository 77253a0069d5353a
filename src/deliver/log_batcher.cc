#include "deliver/log_batcher.h"

#include <algorithm>

namespace headgate::deliver {

LogBatcher::LogBatcher(LogLimits limits) : limits_(limits) {}

bool LogBatcher::fits(std::int64_t at_ms, std::size_t message_bytes) const {
  if (empty()) return true;
  if (counted_ >= limits_.events_max) return false;
  if (bytes_ + message_bytes + kLogEventOverheadBytes > limits_.bytes_max) return false;
  return std::max(last_ms_, at_ms) - std::min(first_ms_, at_ms) <= limits_.span_ms_max;
}

void LogBatcher::count(std::int64_t at_ms, std::size_t message_bytes) {
  CHECK(message_bytes <= limits_.message_bytes_max && fits(at_ms, message_bytes));
  if (empty()) {
    first_ms_ = at_ms;
    last_ms_ = at_ms;
  }
  is_in_order_ = is_in_order_ && at_ms >= last_ms_;
  first_ms_ = std::min(first_ms_, at_ms);
  last_ms_ = std::max(last_ms_, at_ms);
  bytes_ += message_bytes + kLogEventOverheadBytes;
  ++counted_;
}

void LogBatcher::pass_over(std::int64_t at_ms, std::size_t message_bytes) {
  count(at_ms, message_bytes);
}

void LogBatcher::add(std::int64_t at_ms, std::string_view message) {
  count(at_ms, message.size());
  if (events_.empty()) text_.reserve(limits_.bytes_max);
  const std::size_t begin = text_.size();
  text_ += message;
  events_.push_back({.at_ms = at_ms, .message = std::string_view(text_).substr(begin)});
}

std::span<const LogEvent> LogBatcher::events() {
  if (!is_in_order_) {
    std::stable_sort(events_.begin(), events_.end(),
                     [](const LogEvent& left, const LogEvent& right) { return left.at_ms < right.at_ms; });
    is_in_order_ = true;
  }
  return events_;
}

void LogBatcher::clear() {
  text_.clear();
  events_.clear();
  counted_ = 0;
  bytes_ = 0;
  is_in_order_ = true;
}

}  // namespace headgate::deliver
