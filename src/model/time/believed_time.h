// Decides whether the time in a message is believed. A wrong clock, a business date or a local time without
// an offset must not decide when an event happened. Destinations refuse events that are too old or too new,
// and sort by this time (docs/contributing/adr/0010-message-times.md).
// Tests: src/model/time/message_time_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "model/time/timestamp.h"

namespace headgate {

// How far from the runtime's time a message's own time may be.
struct TimeWindow {
  std::chrono::nanoseconds before_max = std::chrono::hours{24};
  std::chrono::nanoseconds after_max = std::chrono::minutes{5};
};

// The offsets from UTC that local times have today, -12:00 to +14:00: whole hours, and the half and quarter
// hours that exist.
bool is_offset_in_use(std::chrono::minutes offset);

// Collects the times that one message offers, in order of preference, and keeps the first that is believed.
//
// A time with an offset, or a Unix time, is believed when it is within the window around the runtime's time.
// A time without an offset is a local time when some offset in use puts it between kLocalDelayMax before and
// kLocalLeadMax after the runtime's time: a program writes a line shortly before the runtime reads it. UTC is
// one of these offsets. Else it is taken for UTC, and believed when it is within the window.
class BelievedTime {
 public:
  static constexpr std::chrono::minutes kLocalDelayMax{2};
  static constexpr std::chrono::seconds kLocalLeadMax{10};

  BelievedTime(Timestamp runtime_time, const TimeWindow& window)
      : runtime_time_(runtime_time), window_(window) {}

  enum class Offset : std::uint8_t { Known, Missing };
  // `written`: the moment that it means, or would mean in UTC. Says when it happened, if that is believed.
  std::optional<Timestamp> judge(Timestamp written, Offset offset) {
    std::chrono::nanoseconds ahead = written - runtime_time_;
    if (offset == Offset::Missing && (ahead < -kLocalDelayMax || ahead > kLocalLeadMax)) [[unlikely]] {
      written = utc_of_local(written);
      ahead = written - runtime_time_;
    }
    if (ahead >= -window_.before_max && ahead <= window_.after_max) [[likely]]
      return written;
    has_refused_ = true;
    return std::nullopt;
  }

  Timestamp runtime_time() const { return runtime_time_; }
  // There was a time that is not believed.
  bool has_refused() const { return has_refused_; }

 private:
  // The moment that a time without an offset means.
  Timestamp utc_of_local(Timestamp written) const;

  const Timestamp runtime_time_;
  const TimeWindow& window_;
  bool has_refused_ = false;
};

}  // namespace headgate
