// Whatever PutLogEvents answers, an index never points beyond the events.
#include <cstddef>
#include <cstdint>

#include "aws/logs/logs_answer.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t count = size % 7;
  const auto read = aws::read_rejected_events(input, count);
  if (!read.ok()) {
    CHECK(read.error().fault == Fault::Retry);
    return 0;
  }
  for (const auto& index : {read->too_new_from, read->too_old_until, read->expired_until})
    CHECK(!index || *index <= count);
  return 0;
}
