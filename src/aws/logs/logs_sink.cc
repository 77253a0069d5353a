#include "aws/logs/logs_sink.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "aws/call/json_call.h"
#include "aws/logs/logs_answer.h"
#include "base/log.h"
#include "model/put_log_events.h"

namespace headgate::aws {
namespace {

// Whether the refusal is about the events, so that one half of them may still be accepted. The service uses
// the same code for group, stream and key.
bool is_of_events(const ServiceRequest& request, const Answer& answer) {
  if (request.operation != "PutLogEvents") return false;
  constexpr std::string_view kCodes[] = {"InvalidParameterException", "ValidationException",
                                         "SerializationException"};
  constexpr std::string_view kOthers[] = {"KMS",        "logGroup",      "logStream",     "log group",
                                          "log stream", "Log group",     "Log stream",    "LogGroup",
                                          "LogStream",  "sequenceToken", "sequence token"};
  return std::find(std::begin(kCodes), std::end(kCodes), answer.code) != std::end(kCodes) &&
         std::none_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view other) {
           return answer.message.find(other) != std::string::npos;
         });
}

// Fault::Invalid is only for the events. The tenant must fix any other refusal (a disabled key, an exhausted
// quota of groups), and sending half of the events would not help.
Error error_of_logs(const ServiceRequest& request, const Answer& answer) {
  Error error = error_of(request, answer);
  // Two calls changed the same group at the same time.
  if (answer.code == "OperationAbortedException") error.fault = Fault::Retry;
  if (error.fault == Fault::Invalid && !is_of_events(request, answer)) error.fault = Fault::Denied;
  return error;
}

// The body with a sequence token. Only services that imitate an older CloudWatch Logs still require one.
std::string with_token(std::string_view body, std::string_view token) {
  std::string again(body.substr(0, body.size() - 1));
  return again.append(",").append(JsonObject().text("sequenceToken", token).take().substr(1));
}

// Options for calls that are not part of the delivery: retries take a fraction of a second, so that the
// delivery is not delayed.
ServiceClient::Options trying_soon(ServiceClient::Options options) {
  options.attempts_max = 3;
  options.backoff_first = std::chrono::milliseconds{50};
  options.backoff_longest = std::chrono::milliseconds{200};
  options.attempt_max = std::min(options.attempt_max, std::chrono::milliseconds{5'000});
  return options;
}

}  // namespace

bool is_retention(std::uint32_t days) {
  return std::find(kLogRetentionDays.begin(), kLogRetentionDays.end(), days) != kLogRetentionDays.end();
}

Result<std::unique_ptr<LogsSink>> LogsSink::open(const ServiceClient::Deps& deps, LogsSettings settings) {
  if (settings.retention_days != 0 && !is_retention(settings.retention_days))
    return Error{Fault::Invalid, "retention: CloudWatch Logs does not allow this number of days"};
  Endpoint endpoint = TRY_IN("logs", endpoint_of(Service::Logs, settings.region, settings.endpoints));
  return std::unique_ptr<LogsSink>(new LogsSink(deps, std::move(endpoint), std::move(settings)));
}

LogsSink::LogsSink(const ServiceClient::Deps& deps, Endpoint endpoint, LogsSettings settings)
    : clock_(deps.clock),
      settings_(std::move(settings)),
      client_(deps, endpoint, settings_.client),
      retention_client_(deps, std::move(endpoint), trying_soon(settings_.client)) {}

Result<Answer> LogsSink::call(ServiceClient& client, std::string_view operation, std::string_view body,
                              Deadline deadline) {
  if (deadline.passed(clock_.steady()))
    return Error{Fault::Retry, std::string(operation) + ": no time is left before the deadline"};
  const ServiceRequest request = json_request(kLogsProtocol, operation, body);
  Answer answer = TRY(client.call(request, deadline));
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
  RejectedEvents rejected;  // if the events had been accepted before: none
  if (answer.is_success())
    rejected = TRY_IN("PutLogEvents", read_rejected_events(answer.body, events.size()));
  if (settings_.retention_days != 0) set_owed_retention(group, deadline);
  return rejected;
}

Result<> LogsSink::create_group(const LogGroup& group, Deadline deadline) {
  JsonObject body;
  body.text("logGroupName", group.view());
  if (!settings_.kms_key_id.empty()) body.text("kmsKeyId", settings_.kms_key_id);
  Result<Answer> answer = call("CreateLogGroup", body.take(), deadline);
  if (settings_.retention_days == 0) return answer.ok() ? Result<>() : Result<>(std::move(answer).error());
  // If the call broke off, nobody knows whether it created the group.
  const bool may_be_ours =
      answer.ok() ? answer->is_success() || answer->may_be_repeated : answer.error().fault == Fault::Retry;
  if (may_be_ours) owe_retention(group);
  if (!answer.ok()) return std::move(answer).error();
  set_owed_retention(group, deadline);
  return {};
}

void LogsSink::owe_retention(const LogGroup& group) {
  const MutexLock lock(mutex_);
  if (without_retention_.size() < kWithoutRetentionMax) without_retention_[group] = clock_.steady();
}

void LogsSink::set_owed_retention(const LogGroup& group, Deadline deadline) {
  {
    const MutexLock lock(mutex_);
    const auto owed = without_retention_.find(group);
    if (owed == without_retention_.end() || clock_.steady() < owed->second) return;
    owed->second = clock_.steady() + kRetentionDenied;  // keeps other threads from trying at the same time
  }
  const std::string body = JsonObject()
                               .text("logGroupName", group.view())
                               .number("retentionInDays", settings_.retention_days)
                               .take();
  const Result<Answer> answer = call(retention_client_, "PutRetentionPolicy", body, deadline);
  const bool may_work_soon =
      !answer.ok() && (answer.error().fault == Fault::Retry || answer.error().fault == Fault::Stopped);
  if (!answer.ok() && !may_work_soon)
    log::warn("log_group_retention_not_set",
              "The retention of a new log group could not be set, so the group keeps its events for ever. "
              "Setting it is tried again.",
              {{"log_group", group.view()}, {"error", answer.error().what}});
  const MutexLock lock(mutex_);
  const auto owed = without_retention_.find(group);
  if (owed == without_retention_.end()) return;
  if (answer.ok() || answer.error().fault == Fault::NotFound) {
    without_retention_.erase(owed);
  } else {
    owed->second = clock_.steady() + (may_work_soon ? kRetentionPause : kRetentionDenied);
  }
}

Result<> LogsSink::create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) {
  const std::string body =
      JsonObject().text("logGroupName", group.view()).text("logStreamName", stream.view()).take();
  TRY(call("CreateLogStream", body, deadline));
  return {};
}

}  // namespace headgate::aws
