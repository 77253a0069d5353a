#include "aws/logs_sink.h"

#include <algorithm>
#include <array>
#include <utility>

#include "aws/json_call.h"
#include "aws/logs_answer.h"
#include "model/put_log_events.h"

namespace headgate::aws {
namespace {

Error error_of_logs(const ServiceRequest& request, const Answer& answer) {
  Error error = error_of(request, answer);
  // Two calls for one group at once.
  if (answer.code == "OperationAbortedException") error.fault = Fault::Retry;
  // The tenant's to mend, and no halving of the batch would help: a key that is disabled, deleted or not
  // ours.
  const bool is_key =
      answer.code == "InvalidParameterException" && answer.message.find("KMS") != std::string::npos;
  if (is_key || answer.code == "LimitExceededException") error.fault = Fault::Denied;
  return error;
}

// The body with another token. Only services that imitate an older CloudWatch Logs still ask for one.
std::string with_token(std::string_view body, std::string_view token) {
  std::string again(body.substr(0, body.size() - 1));
  return again.append(",").append(JsonObject().text("sequenceToken", token).take().substr(1));
}

}  // namespace

bool is_retention(std::uint32_t days) {
  return std::find(kLogRetentionDays.begin(), kLogRetentionDays.end(), days) != kLogRetentionDays.end();
}

Result<std::unique_ptr<LogsSink>> LogsSink::open(const ServiceClient::World& world, LogsSettings settings) {
  if (settings.retention_days != 0 && !is_retention(settings.retention_days))
    return Error{Fault::Invalid, "retention: CloudWatch Logs has none of that many days"};
  Endpoint endpoint = TRY_IN("logs", endpoint_of(Service::Logs, settings.region, settings.endpoints));
  return std::unique_ptr<LogsSink>(new LogsSink(world, std::move(endpoint), std::move(settings)));
}

LogsSink::LogsSink(const ServiceClient::World& world, Endpoint endpoint, LogsSettings settings)
    : clock_(world.clock),
      settings_(std::move(settings)),
      client_(world, std::move(endpoint), settings_.client) {}

Result<Answer> LogsSink::call(std::string_view operation, std::string_view body, Deadline deadline) {
  if (deadline.passed(clock_.steady()))
    return Error{Fault::Retry, std::string(operation) + ": deadline passed"};
  const ServiceRequest request = json_request(kLogsProtocol, operation, body);
  Answer answer = TRY(client_.call(request, deadline));
  const bool is_done = answer.is_success() || answer.code == "ResourceAlreadyExistsException" ||
                       answer.code == "DataAlreadyAcceptedException" ||
                       answer.code == "InvalidSequenceTokenException";
  if (!is_done) return error_of_logs(request, answer);
  return answer;
}

Result<Answer> LogsSink::put(std::string_view body, Deadline deadline) {
  constexpr std::string_view kOperation = "PutLogEvents";
  Answer answer = TRY(call(kOperation, body, deadline));
  if (answer.code != "InvalidSequenceTokenException") return answer;
  const auto refused = JsonAnswer::read(answer.body);
  const auto token = refused.ok() ? text_of(refused->object(), "expectedSequenceToken") : std::nullopt;
  if (token) answer = TRY(call(kOperation, with_token(body, *token), deadline));
  if (answer.code == "InvalidSequenceTokenException")
    return Error{Fault::Retry, "PutLogEvents: InvalidSequenceTokenException"};
  return answer;
}

Result<RejectedEvents> LogsSink::put_events(const LogGroup& group, const LogStream& stream,
                                            std::span<const LogEvent> events, Deadline deadline) {
  TRY_IN("PutLogEvents", check_log_batch(events));
  PutLogEventsBody body;
  body.start(group, stream);
  bool is_utf8 = true;
  for (const LogEvent& event : events) is_utf8 = body.add(event.at_ms, event.message) && is_utf8;
  if (!is_utf8) return Error{Fault::Invalid, "PutLogEvents: a message is not UTF-8"};
  const Answer answer = TRY(put(body.finish(), deadline));
  if (!answer.is_success()) return RejectedEvents{};  // accepted before
  return TRY_IN("PutLogEvents", read_rejected_events(answer.body, events.size()));
}

Result<> LogsSink::create_group(const LogGroup& group, Deadline deadline) {
  JsonObject body;
  body.text("logGroupName", group.view());
  if (!settings_.kms_key_id.empty()) body.text("kmsKeyId", settings_.kms_key_id);
  const Answer answer = TRY(call("CreateLogGroup", body.take(), deadline));
  if (settings_.retention_days == 0) return {};
  {
    const std::lock_guard lock(mutex_);
    const bool is_ours = answer.is_success() || without_retention_.contains(group);
    if (!is_ours) return {};
    if (without_retention_.size() < kWithoutRetentionMax) without_retention_.insert(group);
  }
  return set_retention(group, deadline);
}

Result<> LogsSink::set_retention(const LogGroup& group, Deadline deadline) {
  const std::string body = JsonObject()
                               .text("logGroupName", group.view())
                               .number("retentionInDays", settings_.retention_days)
                               .take();
  Result<Answer> answer = call("PutRetentionPolicy", body, deadline);
  if (!answer.ok() && answer.error().fault != Fault::Denied) return std::move(answer).error();
  {
    const std::lock_guard lock(mutex_);
    without_retention_.erase(group);
  }
  if (!answer.ok()) return std::move(answer).error();
  return {};
}

Result<> LogsSink::create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) {
  const std::string body =
      JsonObject().text("logGroupName", group.view()).text("logStreamName", stream.view()).take();
  TRY(call("CreateLogStream", body, deadline));
  return {};
}

}  // namespace headgate::aws
