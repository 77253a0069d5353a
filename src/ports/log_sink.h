// Writes events into log groups: CloudWatch Logs in a tenant's account and region, files in local mode,
// SimSink in simulations. It has the form of PutLogEvents.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
// Tests: tests/conformance/log_sink.h
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "model/names.h"
#include "model/time/timestamp.h"

namespace headgate {

constexpr std::size_t kLogBatchBytesMax =
    1'048'576;  // sum of message bytes + kLogEventOverheadBytes for each event
constexpr std::size_t kLogEventOverheadBytes = 26;
constexpr std::size_t kLogBatchEventsMax = 10'000;
constexpr std::int64_t kLogBatchSpanMsMax = 24LL * 3600 * 1000;  // between the first and the last event

// The times of events that a sink keeps, relative to its clock. It drops all others.
struct LogTimes {
  std::chrono::milliseconds age_max;
  std::chrono::milliseconds ahead_max;
};
constexpr LogTimes kLogTimes = {.age_max = std::chrono::hours{14 * 24}, .ahead_max = std::chrono::hours{2}};

// The numbers of days for which a group can keep its events; the alternative is for ever.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
constexpr std::array<std::uint32_t, 22> kLogRetentionDays = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

struct LogEvent {
  std::int64_t at_ms = 0;    // Unix milliseconds
  std::string_view message;  // UTF-8, at least one byte
};

// Fault::Invalid if the service would refuse all of `events`: they exceed the limits above, there are none,
// or their times go back.
Result<> check_log_batch(std::span<const LogEvent> events);

// Events that the service accepted but did not keep (rejectedLogEventsInfo), as indexes into those of the
// call.
struct RejectedEvents {
  std::optional<std::size_t> too_new_from;   // this event and all after it
  std::optional<std::size_t> too_old_until;  // all before this one
  std::optional<std::size_t> expired_until;  // all events before this one; overlaps too_old
};

// Thread-safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // None if events of any time are kept. It stays the same as long as the sink exists.
  virtual std::optional<LogTimes> times() const { return std::nullopt; }
  // Writes 1 to kLogBatchEventsMax events, in order of time, within the limits above; otherwise
  // Fault::Invalid, and none is kept. Fault::NotFound if the group or stream does not exist. After
  // Fault::Retry the events may have been written: writing them again duplicates them.
  virtual Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                            std::span<const LogEvent> events, Deadline deadline) = 0;
  // Succeeds if the group exists already.
  virtual Result<> create_group(const LogGroup& group, Deadline deadline) = 0;
  // Fault::NotFound if the group does not exist.
  virtual Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) = 0;
};

}  // namespace headgate
