// One log group's home: CloudWatch Logs in a tenant's account and region, files in local mode, SimSink in
// simulations. The shape is PutLogEvents'.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
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
    1'048'576;  // sum over events of message bytes + kLogEventOverheadBytes
constexpr std::size_t kLogEventOverheadBytes = 26;
constexpr std::size_t kLogBatchEventsMax = 10'000;
constexpr std::int64_t kLogBatchSpanMsMax =
    24LL * 3600 * 1000;  // between the first and the last event of a batch

// Which times of events a sink takes, by its clock; it keeps no others.
struct LogTimes {
  std::chrono::milliseconds age_max;
  std::chrono::milliseconds ahead_max;
};
constexpr LogTimes kLogTimes = {.age_max = std::chrono::hours{14 * 24}, .ahead_max = std::chrono::hours{2}};

// For how many days a group can keep its events, unless for ever.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
constexpr std::array<std::uint32_t, 22> kLogRetentionDays = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

struct LogEvent {
  std::int64_t at_ms = 0;    // Unix milliseconds
  std::string_view message;  // UTF-8, at least one byte
};

// Invalid for what the service would refuse as a whole: the limits above, no events, times that go back.
Result<> check_log_batch(std::span<const LogEvent> events);

// Events of an accepted batch that the service did not keep (rejectedLogEventsInfo), as indexes into the
// batch.
struct RejectedEvents {
  std::optional<std::size_t> too_new_from;   // this one and all after it
  std::optional<std::size_t> too_old_until;  // all before this one
  std::optional<std::size_t> expired_until;  // all before this one; overlaps too_old
};

// Any thread.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // None: events of any time are kept. It is the same as long as the sink lives.
  virtual std::optional<LogTimes> times() const { return std::nullopt; }
  // 1 to kLogBatchEventsMax events, in order of time, within the limits above (else Fault::Invalid and none
  // is kept). NotFound when group or stream is not there. After Fault::Retry the batch may be there: putting
  // it again repeats it.
  virtual Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                            std::span<const LogEvent> events, Deadline deadline) = 0;
  // Success too when it is already there.
  virtual Result<> create_group(const LogGroup& group, Deadline deadline) = 0;
  // NotFound when the group is not there.
  virtual Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) = 0;
};

}  // namespace headgate
