// Writes events into CloudWatch Logs.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aws/call/service_client.h"
#include "base/mutex.h"
#include "ports/log_sink.h"

namespace headgate::aws {

struct LogsSettings {
  std::string region;
  EndpointSettings endpoints = {};
  ServiceClient::Options client = {};
  std::string kms_key_id = {};       // for groups that we create: the key's ARN; if empty, AWS's own key
  std::uint32_t retention_days = 0;  // for groups that we create; 0 keeps events for ever
};

// PutRetentionPolicy allows only certain numbers of days.
bool is_retention(std::uint32_t days);

// Thread-safe. Calls only PutLogEvents until a group or stream is missing. It never calls Describe
// operations, whose quotas are small and belong to the tenant. A call keeps one body in memory, up to six
// times as large as its events (a control byte takes six bytes in JSON). It remembers nothing but which
// groups still need their retention.
//
// More exactly than the port says: Fault::Invalid is only what the service says of the events. Fault::Denied
// is anything else that the service refuses and the tenant must fix: a disabled key, an exhausted quota of
// groups, an unknown code. Wrong credentials, or an answer that does not come from the service, are
// Fault::Retry. Events that AWS says it has already are a success. A message that is not UTF-8 is
// Fault::Invalid.
class LogsSink final : public LogSink {
 public:
  // Fault::Invalid if the region or the retention is not valid. The dependencies must outlive the sink.
  static Result<std::unique_ptr<LogsSink>> open(const ServiceClient::Deps& deps, LogsSettings settings);

  std::optional<LogTimes> times() const override { return kLogTimes; }
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline deadline) override;
  // Also sets the group's retention. If that does not work at once (throttled, denied), events are written
  // nevertheless. It is tried again after later puts into the group, as long as this sink exists.
  Result<> create_group(const LogGroup& group, Deadline deadline) override;
  Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) override;

 private:
  static constexpr std::size_t kWithoutRetentionMax = 1'000;
  static constexpr std::chrono::seconds kRetentionPause{1};     // after a failure that may pass soon
  static constexpr std::chrono::seconds kRetentionDenied{600};  // after a refusal

  LogsSink(const ServiceClient::Deps& deps, Endpoint endpoint, LogsSettings settings);
  Result<Answer> call(std::string_view operation, std::string_view body, Deadline deadline) {
    return call(client_, operation, body, deadline);
  }
  Result<Answer> call(ServiceClient& client, std::string_view operation, std::string_view body,
                      Deadline deadline);
  Result<Answer> put(std::string_view body, Deadline deadline);
  void owe_retention(const LogGroup& group);
  void set_owed_retention(const LogGroup& group, Deadline deadline);

  Clock& clock_;
  const LogsSettings settings_;
  ServiceClient client_;
  ServiceClient retention_client_;  // tries a few times in short order, since no delivery waits for it
  Mutex mutex_;
  // Groups that we created and whose retention may not be set yet, with the time of the next try.
  std::map<LogGroup, SteadyTime> without_retention_ GUARDED_BY(mutex_);
};

}  // namespace headgate::aws
