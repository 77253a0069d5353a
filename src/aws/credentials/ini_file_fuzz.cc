// People write these files by hand: no content may crash the parser or give an empty name.
#include <cstddef>
#include <cstdint>

#include "aws/credentials/ini_file.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const Result<aws::IniFile> file = aws::parse_ini({reinterpret_cast<const char*>(data), size});
  if (!file.ok()) return 0;
  for (const auto& [section, values] : *file) {
    CHECK(!section.empty());
    for (const auto& [name, value] : values) CHECK(!name.empty() && value.size() <= size);
  }
  return 0;
}
