// Parses answers of SQS.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
// Tests: src/aws/sqs/sqs_queue_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/queue.h"

namespace headgate::aws {

// Returns at most `count_max` messages. A message without id, receipt or body is left out; SQS will deliver
// it again. This function and those below answer Fault::Retry if `body` is not a JSON object.
Result<std::vector<ReceivedMessage>> read_received_messages(std::string_view body, std::size_t count_max);

struct QueueAttributes {
  std::string arn;
  std::uint64_t waiting = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t delayed = 0;
  std::string dead_letter_arn;  // empty if there is no dead-letter queue
};
Result<QueueAttributes> read_queue_attributes(std::string_view body);

struct MoveTask {
  std::string status;  // RUNNING, COMPLETED, CANCELLING, CANCELLED, FAILED
  std::uint64_t moved = 0;
  std::string failure;
};
// The latest task; none if there is none.
Result<std::optional<MoveTask>> read_last_move_task(std::string_view body);

}  // namespace headgate::aws
