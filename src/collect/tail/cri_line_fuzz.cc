#include "collect/tail/cri_line.h"

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = headgate::collect::parse_cri_line(input);
  if (line) {
    CHECK(input.ends_with(line->text));
    CHECK(input.size() >= line->text.size() + 20);
  }
  return 0;
}
