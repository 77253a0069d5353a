// Any bytes as a tenant's document: what is read can be written as JSON and as YAML, and both read back
// equal.
#include "base/check.h"
#include "base/utf8.h"
#include "model/tenant_configuration.h"

namespace headgate {
namespace {

void check_reads_back(const TenantConfiguration& configuration, const std::string& document) {
  const std::vector<ReadConfiguration> read = read_tenant_configurations(document).value();
  CHECK(read.size() == 1 && read[0].problems.empty());
  CHECK(read[0].configuration == configuration);
}

}  // namespace
}  // namespace headgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const Result<std::vector<ReadConfiguration>> read =
      read_tenant_configurations({reinterpret_cast<const char*>(data), size});
  if (!read.ok()) {
    CHECK(read.error().fault == Fault::Invalid && !read.error().what.empty());
    return 0;
  }
  for (const ReadConfiguration& one : *read) {
    const std::string words = in_words(one.problems);
    CHECK(is_utf8(words) && words.find('\n') == std::string::npos);
    check_reads_back(one.configuration, to_json(one.configuration));
    check_reads_back(one.configuration, to_yaml(one.configuration));
  }
  return 0;
}
