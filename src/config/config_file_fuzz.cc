// No text makes the configuration's reader fail but with words, and what it takes is fit to be shown.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "config/config_file.h"
#include "config/setting_value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const config::ConfigFile file = config::read_config_text(text, config::settings());
  for (const config::FileComplaint& complaint : file.complaints)
    CHECK(!complaint.what.empty() && complaint.line >= 0);
  for (const config::FileValue& value : file.values) {
    CHECK(value.setting != nullptr && value.line > 0);
    const auto parsed = config::parse_setting(*value.setting, value.raw);
    if (!parsed.ok()) continue;
    const std::string printed = config::yaml_text(*value.setting, *parsed);
    CHECK(is_utf8(printed) && printed.find('\n') == std::string::npos);
  }
  return 0;
}
