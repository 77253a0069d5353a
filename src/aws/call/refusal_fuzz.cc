// Whatever a server answers, code and message stay within their limits and are printable.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "aws/call/refusal.h"
#include "base/check.h"
#include "base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  net::HttpResponse response{.status = 400 + static_cast<int>(size % 200)};
  if (line > 0) response.headers.emplace_back("X-Amzn-ErrorType", input.substr(0, line));
  response.body = input.substr(line);
  const aws::Refusal refusal = aws::refusal_of(response);
  CHECK(!refusal.code.empty() && refusal.code.size() <= 128);
  CHECK(refusal.message.size() <= aws::kRefusalMessageBytesMax && is_utf8(refusal.message));
  CHECK(refusal.message.find_first_of("\r\n") == std::string::npos);
  static_cast<void>(aws::is_refusal_in_success(response.body));
  return 0;
}
