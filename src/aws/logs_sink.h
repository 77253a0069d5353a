// A log group's home in CloudWatch Logs.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "aws/service_client.h"
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
// Beyond the port: what the tenant must mend (their key is disabled, their quota of groups is used up) is
// Denied. A batch that AWS says to have already is a success. A message that is not UTF-8 is Invalid.
class LogsSink final : public LogSink {
 public:
  // Invalid when region or retention is none. The world outlives it.
  static Result<std::unique_ptr<LogsSink>> open(const ServiceClient::World& world, LogsSettings settings);

  std::optional<LogTimes> times() const override { return kLogTimes; }
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline deadline) override;
  // Sets the retention of a group that it made. Retry after the group was made: the next call sets it. Denied
  // then: the group is there, without it.
  Result<> create_group(const LogGroup& group, Deadline deadline) override;
  Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) override;

 private:
  static constexpr std::size_t kWithoutRetentionMax = 1'000;

  LogsSink(const ServiceClient::World& world, Endpoint endpoint, LogsSettings settings);
  Result<Answer> call(std::string_view operation, std::string_view body, Deadline deadline);
  Result<Answer> put(std::string_view body, Deadline deadline);
  Result<> set_retention(const LogGroup& group, Deadline deadline);

  Clock& clock_;
  const LogsSettings settings_;
  ServiceClient client_;
  std::mutex mutex_;
  std::set<LogGroup> without_retention_;  // guarded: made by us, and the retention could not be set yet
};

}  // namespace headgate::aws
