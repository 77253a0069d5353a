#include "aws/sqs/sqs_client.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "aws/call/json_call.h"
#include "base/utf8.h"

namespace headgate::aws {
namespace {

using std::chrono::seconds;

// The least time for a call that gives messages back, however many calls must still be made before the
// deadline.
constexpr std::chrono::milliseconds kGiveBackLeast{500};
constexpr int kGiveBackRounds = 3;

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), code) != known.end();
}

// Removes the prefix that SQS's first protocol put before its error codes.
std::string_view plain_code(std::string_view code) {
  constexpr std::string_view kOld = "AWS.SimpleQueueService.";
  return code.starts_with(kOld) ? code.substr(kOld.size()) : code;
}

Error error_of_sqs(std::string_view operation, const Answer& answer) {
  ServiceRequest request;
  request.operation = operation;
  Error error = error_of(request, answer);
  const std::string_view code = plain_code(answer.code);
  const bool is_void_receipt =
      is_one_of(code, {"ReceiptHandleIsInvalid", "MessageNotInflight"}) ||
      (is_one_of(code, {"InvalidParameterValue", "InvalidParameterValueException"}) &&
       answer.message.find("ReceiptHandle") != std::string::npos);
  if (is_void_receipt || is_one_of(code, {"NonExistentQueue", "QueueDoesNotExist", "InvalidAddress"}))
    error.fault = Fault::NotFound;
  // In turn: too many messages are in flight; there may be one purge a minute; the queue's KMS key is used
  // too often.
  if (is_one_of(code, {"OverLimit", "PurgeQueueInProgress", "KmsThrottled"})) error.fault = Fault::Retry;
  if (is_one_of(code, {"KmsAccessDenied", "KmsDisabled", "KmsInvalidState", "KmsNotFound", "KmsOptInRequired",
                       "InvalidSecurity"}))
    error.fault = Fault::Denied;
  return error;
}

Result<> check(seconds value, seconds most, std::string_view name) {
  if (value >= seconds{0} && value <= most) return {};
  return Error{Fault::Invalid,
               std::string(name) + ": not within 0 to " + std::to_string(most.count()) + " s"};
}

}  // namespace

SqsClient::SqsClient(const ServiceClient::Deps& deps, Endpoint endpoint, ServiceClient::Options options,
                     std::chrono::milliseconds call_max)
    : clock_(deps.clock), call_max_(call_max), client_(deps, std::move(endpoint), std::move(options)) {}

Result<Answer> SqsClient::call(std::string_view operation, std::string_view body, Deadline deadline,
                               seconds wait) {
  return client_.call(json_request(kSqsProtocol, operation, body),
                      sooner(deadline, Deadline::after(clock_.steady(), wait + call_max_)));
}

Result<Answer> SqsClient::call_ok(std::string_view operation, std::string_view body, Deadline deadline,
                                  seconds wait) {
  Answer answer = TRY(call(operation, body, deadline, wait));
  if (!answer.is_success()) return error_of_sqs(operation, answer);
  return answer;
}

Result<std::string> SqsClient::url_of(const QueueArn& arn, Deadline deadline) {
  JsonObject asked;
  asked.text("QueueName", arn.name);
  if (!arn.account.empty()) asked.text("QueueOwnerAWSAccountId", arn.account);
  const Answer answer = TRY(call_ok("GetQueueUrl", asked.take(), deadline));
  const JsonAnswer read = TRY_IN("GetQueueUrl", JsonAnswer::read(answer.body));
  const auto url = text_of(read.object(), "QueueUrl");
  if (!url) return Error{Fault::Retry, "GetQueueUrl: the answer contains no QueueUrl"};
  return std::string(*url);
}

Result<> SqsClient::send(std::string_view url, std::string_view body, seconds delay, Deadline deadline) {
  if (body.empty() || body.size() > kBodyBytesMax)
    return Error{Fault::Invalid, "SendMessage: the body must have 1 byte to 1 MiB"};
  if (!is_utf8(body)) return Error{Fault::Invalid, "SendMessage: the body is not UTF-8"};
  TRY_IN("SendMessage", check(delay, kDelayMax, "delay"));
  JsonObject asked;
  asked.text("QueueUrl", url).text("MessageBody", body);
  if (delay > seconds{0}) asked.number("DelaySeconds", delay.count());
  TRY(call_ok("SendMessage", asked.take(), deadline));
  return {};
}

Result<std::vector<ReceivedMessage>> SqsClient::receive(std::string_view url, const Receive& receive,
                                                        Deadline deadline) {
  if (receive.count_max == 0 || receive.count_max > kBatchMax)
    return Error{Fault::Invalid, "ReceiveMessage: the number of messages must be 1 to 10"};
  TRY_IN("ReceiveMessage", check(receive.visibility, Queue::kVisibilityMax, "visibility"));
  const seconds wait = std::clamp(receive.wait, seconds{0}, kWaitMax);
  const std::string asked =
      JsonObject()
          .text("QueueUrl", url)
          .number("MaxNumberOfMessages", static_cast<std::int64_t>(receive.count_max))
          .number("VisibilityTimeout", receive.visibility.count())
          .number("WaitTimeSeconds", wait.count())
          .raw("MessageSystemAttributeNames", R"(["ApproximateReceiveCount","SentTimestamp"])")
          .take();
  const Answer answer = TRY(call_ok("ReceiveMessage", asked, deadline, wait));
  return TRY_IN("ReceiveMessage", read_received_messages(answer.body, receive.count_max));
}

Result<> SqsClient::remove(std::string_view url, std::string_view receipt, Deadline deadline) {
  const std::string asked = JsonObject().text("QueueUrl", url).text("ReceiptHandle", receipt).take();
  TRY(call_ok("DeleteMessage", asked, deadline));
  return {};
}

Result<> SqsClient::change_visibility(std::string_view url, std::string_view receipt, seconds visibility,
                                      Deadline deadline) {
  TRY_IN("ChangeMessageVisibility", check(visibility, Queue::kVisibilityMax, "visibility"));
  const std::string asked = JsonObject()
                                .text("QueueUrl", url)
                                .text("ReceiptHandle", receipt)
                                .number("VisibilityTimeout", visibility.count())
                                .take();
  TRY(call_ok("ChangeMessageVisibility", asked, deadline));
  return {};
}

// A call without an answer is given up early enough for the others, and is repeated after them.
Result<> SqsClient::give_back(std::string_view url, const std::vector<std::string>& receipts,
                              Deadline deadline) {
  std::vector<std::size_t> waiting;  // index of the first message of each call
  for (std::size_t from = 0; from < receipts.size(); from += kBatchMax) waiting.push_back(from);
  Result<> refused;
  Result<> unanswered;
  for (int round = 0; round < kGiveBackRounds && !waiting.empty(); ++round) {
    unanswered = Result<>();
    const std::vector<std::size_t> batches = std::exchange(waiting, {});
    auto calls = static_cast<std::int64_t>(batches.size());  // calls that are left in this round
    for (const std::size_t from : batches) {
      const SteadyTime now = clock_.steady();
      const auto share = std::max<std::chrono::nanoseconds>(deadline.left(now) / calls--, kGiveBackLeast);
      const std::size_t count = std::min(receipts.size() - from, kBatchMax);
      const Result<> given = give_back_batch(url, {receipts.data() + from, count},
                                             sooner(deadline, Deadline::after(now, share)));
      if (given.ok()) continue;
      const Fault fault = given.error().fault;
      if (fault == Fault::Stopped || deadline.passed(clock_.steady())) return given;
      (fault == Fault::Retry ? unanswered : refused) = given;
      if (fault == Fault::Retry) waiting.push_back(from);
    }
  }
  return refused.ok() ? unanswered : refused;
}

Result<> SqsClient::give_back_batch(std::string_view url, std::span<const std::string> receipts,
                                    Deadline deadline) {
  std::string entries = "[";
  for (std::size_t at = 0; at < receipts.size(); ++at) {
    if (at > 0) entries += ',';
    entries += JsonObject()
                   .text("Id", std::to_string(at))
                   .text("ReceiptHandle", receipts[at])
                   .number("VisibilityTimeout", 0)
                   .take();
  }
  entries += ']';
  const std::string asked = JsonObject().text("QueueUrl", url).raw("Entries", entries).take();
  TRY(call_ok("ChangeMessageVisibilityBatch", asked, deadline));
  return {};
}

Result<QueueAttributes> SqsClient::attributes(std::string_view url, Deadline deadline) {
  const std::string asked = JsonObject().text("QueueUrl", url).raw("AttributeNames", R"(["All"])").take();
  const Answer answer = TRY(call_ok("GetQueueAttributes", asked, deadline));
  return TRY_IN("GetQueueAttributes", read_queue_attributes(answer.body));
}

Result<> SqsClient::purge(std::string_view url, Deadline deadline) {
  TRY(call_ok("PurgeQueue", JsonObject().text("QueueUrl", url).take(), deadline));
  return {};
}

Result<bool> SqsClient::start_move(std::string_view source_arn, Deadline deadline) {
  const Result<Answer> answer =
      call("StartMessageMoveTask", JsonObject().text("SourceArn", source_arn).take(), deadline);
  if (!answer.ok() && answer.error().fault == Fault::Stopped) return answer.error();
  return answer.ok() && answer->is_success();
}

Result<std::optional<MoveTask>> SqsClient::last_move(std::string_view source_arn, Deadline deadline) {
  const std::string asked = JsonObject().text("SourceArn", source_arn).number("MaxResults", 1).take();
  const Answer answer = TRY(call_ok("ListMessageMoveTasks", asked, deadline));
  return TRY_IN("ListMessageMoveTasks", read_last_move_task(answer.body));
}

}  // namespace headgate::aws
