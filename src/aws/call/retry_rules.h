// When a call to AWS is tried again, and after how long: the SDKs' "standard" mode. Pure but for the quota.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "aws/call/endpoint.h"
#include "base/result.h"

namespace headgate::aws {

enum class RetryKind : std::uint8_t {
  Never,             // the same again would be refused again
  Transient,         // 5xx, RequestTimeout and the like
  Unanswered,        // the exchange broke or took too long: it may have happened
  Throttled,         // too much, too fast
  StaleCredentials,  // expired, or not known to AWS (any more)
  SkewedClock,       // our clock, or so it may be
};
RetryKind retry_kind_of(Service service, int status, std::string_view code);

// Whose service it is that we ask. A refusal of our credentials, signature, clock or trust is our own to
// fix: where we are the only ones concerned it is Denied, so that it is told apart from what passes; at a
// tenant's destination it must park nothing of the tenant's, who can fix nothing, and is Retry.
enum class Side : std::uint8_t { Ours, Tenants };

// What a refusal means to a caller who is not going to try again at once: the table in docs/aws.md. Invalid
// is only what is known to be said of the request itself: whoever asked may look in it for what is wrong, and
// put that part aside. A code that is not known is Denied: someone has to look, and nothing is put aside.
Fault fault_of_refusal(Side side, int status, std::string_view code);
// The same of an exchange that failed. Denied is a certificate that we do not trust. An answer that is no
// HTTP, or longer than any of the service's, is not the service's: Retry.
Fault fault_of_exchange(Side side, Fault fault);
// The same of credentials that we could not get: whatever is wrong with them, it is not the request.
Fault fault_of_credentials(Side side, Fault fault);

struct RetryWait {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
};
// Uniform in [0, min(longest, first * 2^(failures-1))]; `failures` from 1, `random` any uniform number.
std::chrono::milliseconds full_jitter(const RetryWait& wait, std::uint32_t failures, std::uint64_t random);

// How much trying again is left: a service in trouble is not asked three times by everyone. Any thread.
class RetryQuota {
 public:
  static constexpr std::uint32_t kFull = 500;
  static constexpr std::uint32_t kUnansweredCost = 10;
  static constexpr std::uint32_t kCost = 5;
  static constexpr std::uint32_t kSuccess = 1;  // comes back for a success at once

  // What another try costs; 0 when it cannot be paid.
  std::uint32_t take(RetryKind kind);
  void give_back(std::uint32_t amount);

 private:
  std::mutex mutex_;
  std::uint32_t left_ = kFull;  // guarded
};

}  // namespace headgate::aws
