// Whatever a metadata service answers, credentials that we accept fit into a header.
#include <cstddef>
#include <cstdint>

#include "aws/credentials/credentials_document.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const Result<aws::Credentials> credentials =
      aws::parse_credentials_document({reinterpret_cast<const char*>(data), size});
  if (!credentials.ok()) return 0;
  CHECK(!credentials->access_key_id.empty() && !credentials->secret_access_key.empty());
  for (const std::string& text :
       {credentials->access_key_id, credentials->secret_access_key, credentials->session_token})
    CHECK(text.find_first_of(std::string_view("\r\n \0", 4)) == std::string::npos);
  return 0;
}
