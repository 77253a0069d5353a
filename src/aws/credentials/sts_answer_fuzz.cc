// Answers that STS, or something in its place, may send.
#include <cstddef>
#include <cstdint>

#include "aws/credentials/sts.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Result<aws::Credentials> credentials = aws::parse_assumed_role(input);
  if (credentials.ok()) CHECK(!credentials->session_token.empty() && credentials->expires_at.has_value());
  const Result<aws::CallerIdentity> identity = aws::parse_caller_identity(input);
  if (identity.ok()) CHECK(!identity->account.empty());
  return 0;
}
