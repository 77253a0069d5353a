// The event that AWS Lambda passes to a function with a queue as trigger, and the answer that it expects.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and services-sqs-errorhandling.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/queue.h"

namespace headgate::aws {

constexpr std::size_t kLambdaEventBytesMax = 6U << 20U;  // the most in a synchronous invocation
constexpr std::size_t kLambdaEventMessagesMax = 10'000;  // the largest BatchSize of an SQS trigger

// The messages in an SQS event. Any other event, such as an S3 event that somebody sends by hand, is one
// message. Its body is the whole event. Its id is the invocation's, which stays the same when Lambda tries
// again. Fault::Invalid if the event is not a JSON object or too large, or if a record lacks its id or body;
// the error says which.
Result<std::vector<ReceivedMessage>> messages_of_lambda_event(std::string_view event,
                                                              std::string_view request_id);

// The answer {"batchItemFailures":[{"itemIdentifier":...}]}: these messages stay in the queue, and the others
// are removed. The trigger must have ReportBatchItemFailures.
std::string batch_item_failures(const std::vector<std::string>& failed_ids);

}  // namespace headgate::aws
