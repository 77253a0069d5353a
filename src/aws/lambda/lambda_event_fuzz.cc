// Any bytes may be the event of an invocation.
#include "aws/lambda/lambda_event.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const auto messages = aws::messages_of_lambda_event({reinterpret_cast<const char*>(data), size}, "request");
  if (!messages.ok()) {
    CHECK(messages.error().fault == Fault::Invalid && !messages.error().what.empty());
    return 0;
  }
  CHECK(!messages->empty());
  std::vector<std::string> ids;
  for (const ReceivedMessage& message : *messages) {
    CHECK(!message.id.empty());
    ids.push_back(message.id);
  }
  CHECK(aws::batch_item_failures(ids).size() > ids.size());
  return 0;
}
