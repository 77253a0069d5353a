// A log group's home in CloudWatch Logs.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aws/call/service_client.h"
#include "ports/log_sink.h"

namespace headgate::aws {

struct LogsSettings {
  std::string region;
  EndpointSettings endpoints = {};
  ServiceClient::Options client = {};
  std::string kms_key_id = {};       // of groups that we make: an ARN; empty = AWS's own key
  std::uint32_t retention_days = 0;  // of groups that we make; 0 = for ever
};

// PutRetentionPolicy takes these numbers of days only.
bool is_retention(std::uint32_t days);

// Any thread. Calls nothing but PutLogEvents until a group or stream is missing: never Describe, whose quotas
// are small and the tenant's own. A call holds one body, up to six times its batch (control bytes are six
// bytes in JSON). Nothing is remembered but which groups still lack their retention.
//
// Beyond the port: Invalid is only what the service says of the events. Whatever else it does not take (their
// key is disabled, their quota of groups is used up, a code that we do not know) is Denied, for the tenant to
// fix. What is wrong with credentials, or was answered by somebody else than the service, is Retry. A batch
// that AWS says to have already is a success. A message that is not UTF-8 is Invalid.
class LogsSink final : public LogSink {
 public:
  // Invalid when region or retention is none. The dependencies outlive it.
  static Result<std::unique_ptr<LogsSink>> open(const ServiceClient::Deps& deps, LogsSettings settings);

  std::optional<LogTimes> times() const override { return kLogTimes; }
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline deadline) override;
  // A group that it made gets its retention. What does not work at once (throttled, denied) keeps no event
  // back: it is tried again after later puts into the group, for as long as this sink lives.
  Result<> create_group(const LogGroup& group, Deadline deadline) override;
  Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) override;

 private:
  static constexpr std::size_t kWithoutRetentionMax = 1'000;
  static constexpr std::chrono::seconds kRetentionPause{1};     // after a try that may work soon
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
  ServiceClient retention_client_;  // tries a few times by itself, soon: nobody waits for it
  std::mutex mutex_;
  // Guarded: made by us, and not known to have its retention yet; when to try next.
  std::map<LogGroup, SteadyTime> without_retention_;
};

}  // namespace headgate::aws
