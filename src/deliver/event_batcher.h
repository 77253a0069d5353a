// Gathers the events of one log stream until a batch is full, and cuts them into the parts that PutLogEvents
// takes. Pure: the same events make the same parts, in whatever order their times come, whoever cuts them and
// whenever, which is what lets a retry go on at the first unconfirmed one.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/time/timestamp.h"
#include "ports/log_sink.h"

namespace headgate::deliver {

struct LogLimits {
  std::size_t bytes_max = kLogBatchBytesMax;
  std::size_t events_max = kLogBatchEventsMax;
  std::int64_t span_ms_max = kLogBatchSpanMsMax;
  // One message; the rest of a longer one follows as further events of the same time.
  std::size_t message_bytes_max = kLogBatchBytesMax - kLogEventOverheadBytes;
  // Of an object, what all streams together hold back before the fullest of them is sent.
  std::size_t buffer_bytes_max = 8U << 20U;
};

struct EventTimes {
  std::int64_t at_ms = 0;                    // Unix milliseconds
  std::optional<Timestamp> written_at = {};  // when the runtime read the line, where that is known
};

// One thread. Holds the events of one batch: twice its bytes_max at most.
class EventBatcher {
 public:
  explicit EventBatcher(LogLimits limits) : limits_(limits) {}

  // Whether the batch can take a message of that size; an empty batch always can.
  bool fits(std::size_t message_bytes) const;
  // Of at most message_bytes_max; must fit.
  void add(const EventTimes& times, std::string_view message);
  // An event that is counted as if it were added, and is not: it cuts batches and parts where it would with
  // all events. Must fit.
  void pass_over(std::int64_t at_ms, std::size_t message_bytes);

  struct Event {
    std::int64_t at_ms = 0;
    std::int64_t written_ms = kNotKnown;
    std::uint32_t begin = 0;
    std::uint32_t bytes = kPassedOver;
    static constexpr std::int64_t kNotKnown = std::numeric_limits<std::int64_t>::min();
    static constexpr std::uint32_t kPassedOver = std::numeric_limits<std::uint32_t>::max();
    bool is_passed_over() const { return bytes == kPassedOver; }
  };
  struct UsualTimes {  // inclusive
    std::int64_t first_ms = std::numeric_limits<std::int64_t>::min();
    std::int64_t last_ms = std::numeric_limits<std::int64_t>::max();
  };
  // The events by time, those of one time in the order they came, as few parts as their span allows. What is
  // earlier than usual is one part, and what is later another, whatever they span: they may be of any number
  // of days, and a service takes hardly any of them. Until clear().
  std::vector<std::span<const Event>> parts(const UsualTimes& usual);
  std::string_view message_of(const Event& event) const {
    return std::string_view(text_).substr(event.begin, event.bytes);
  }

  // Whether there is anything to cut: events added or passed over.
  bool empty() const { return events_.empty(); }
  std::size_t bytes() const { return bytes_; }  // of events added and passed over, as the service counts
  // Keeps its memory.
  void clear();

 private:
  void count(std::size_t message_bytes);

  LogLimits limits_;
  std::string text_;  // all messages
  std::vector<Event> events_;
  std::size_t bytes_ = 0;
};

}  // namespace headgate::deliver
