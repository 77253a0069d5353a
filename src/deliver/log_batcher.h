// Cuts a stream of events into batches that PutLogEvents takes. Pure: the same events make the same batches,
// whoever cuts them and whenever, which is what lets a retry go on at the first unconfirmed batch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/log_sink.h"

namespace headgate::deliver {

struct LogLimits {
  std::size_t bytes_max = kLogBatchBytesMax;
  std::size_t events_max = kLogBatchEventsMax;
  std::int64_t span_ms_max = kLogBatchSpanMsMax;
  // One message; the rest of a longer one follows as further events of the same time.
  std::size_t message_bytes_max = kLogBatchBytesMax - kLogEventOverheadBytes;
};

// One thread. Holds one batch, at most bytes_max.
class LogBatcher {
 public:
  explicit LogBatcher(LogLimits limits);

  // Whether the batch can take an event of that time and size; an empty batch always can.
  bool fits(std::int64_t at_ms, std::size_t message_bytes) const;
  // Of at most message_bytes_max; must fit.
  void add(std::int64_t at_ms, std::string_view message);
  // An event that is counted as if it were added, and is not: it cuts batches where it would with all events.
  // Must fit.
  void pass_over(std::int64_t at_ms, std::size_t message_bytes);
  // The events by time, those of one time in the order they came. Views into the batcher, until clear().
  std::span<const LogEvent> events();
  std::size_t size() const { return events_.size(); }
  // Whether there is anything to cut: events added or passed over.
  bool empty() const { return counted_ == 0; }
  void clear();

 private:
  void count(std::int64_t at_ms, std::size_t message_bytes);

  const LogLimits limits_;
  std::string text_;  // all messages; never grows beyond what it reserved, so that views stay
  std::vector<LogEvent> events_;
  std::size_t counted_ = 0;  // events added and passed over
  std::size_t bytes_ = 0;    // of theirs
  std::int64_t first_ms_ = 0;
  std::int64_t last_ms_ = 0;
  bool is_in_order_ = true;
};

}  // namespace headgate::deliver
