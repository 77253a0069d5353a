// Whatever SQS answers, we never read more messages than we asked for, nor one without a receipt.
#include <cstddef>
#include <cstdint>

#include "aws/sqs/sqs_answer.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t count_max = size % 4;
  const auto messages = aws::read_received_messages(input, count_max);
  if (messages.ok()) {
    CHECK(messages->size() <= count_max);
    for (const ReceivedMessage& message : *messages)
      CHECK(message.receive_count >= 1 && message.sent_at >= Timestamp{} && message.body.size() <= size);
  }
  const auto attributes = aws::read_queue_attributes(input);
  const auto task = aws::read_last_move_task(input);
  CHECK(messages.ok() == attributes.ok() && messages.ok() == task.ok());
  return 0;
}
