// What AWS Lambda hands a function that a queue triggers, and what it wants back.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and services-sqs-errorhandling.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/queue.h"

namespace headgate::aws {

constexpr std::size_t kLambdaEventBytesMax = 6U << 20U;  // of a synchronous invocation's payload
constexpr std::size_t kLambdaEventMessagesMax = 10'000;  // BatchSize of an SQS trigger

// The messages of an SQS event. Anything else, an S3 event given by hand for example, is one message whose
// body is the whole event and whose id is the invocation's, the same when Lambda tries it again. Invalid: no
// JSON object, too large, or a record of the queue without id or body; says which.
Result<std::vector<ReceivedMessage>> messages_of_lambda_event(std::string_view event,
                                                              std::string_view request_id);

// {"batchItemFailures":[{"itemIdentifier":...}]}: these messages stay in the queue, the others are removed.
// The trigger must have ReportBatchItemFailures.
std::string batch_item_failures(const std::vector<std::string>& failed_ids);

}  // namespace headgate::aws
