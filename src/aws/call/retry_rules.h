// Whether and when a failed call to AWS is repeated, as in the "standard" mode of AWS's SDKs. All are pure
// functions except the quota.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
// Tests: src/aws/call/service_client_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "aws/call/endpoint.h"
#include "base/mutex.h"
#include "base/result.h"

namespace headgate::aws {

enum class RetryKind : std::uint8_t {
  Never,             // the same request would be refused again
  Transient,         // trouble of the service that passes: 5xx, RequestTimeout and the like
  Unanswered,        // the connection broke or timed out, so the call may have been carried out
  Throttled,         // too many calls
  StaleCredentials,  // expired, or not known to AWS (yet, or any more)
  SkewedClock,       // our clock may be wrong
};
RetryKind retry_kind_of(Service service, int status, std::string_view code);

// `blame` below says whose service is asked: Us, or Tenant for a tenant's destination. We alone can fix a
// refusal of our credentials, signature, clock or trust. From a service of ours it is Denied, which tells it
// from what passes by itself. From a tenant's destination it is Retry: Denied would park deliveries that the
// tenant cannot fix.

// What a refusal means to a caller who does not repeat the call at once; docs/aws.md has the table.
// Fault::Invalid is only for codes that blame the request itself, since its caller may then set a part of the
// request aside. An unknown code is Fault::Denied: somebody has to look at it, and nothing is set aside.
Fault fault_of_refusal(Blame blame, int status, std::string_view code);
// What it means that no answer arrived, or none that was HTTP. Fault::Denied: we do not trust the server's
// certificate. An answer that is not HTTP, or that is too long for the service, does not come from the
// service, and is Fault::Retry.
Fault fault_of_exchange(Blame blame, Fault fault);
// What it means that we could not get credentials. The request is never to blame for that.
Fault fault_of_credentials(Blame blame, Fault fault);

struct RetryWait {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
};
// AWS's "full jitter": uniform in [0, min(longest, first * 2^(failures-1))]. `failures` starts at 1; `random`
// is any uniform number.
std::chrono::milliseconds full_jitter(const RetryWait& wait, std::uint32_t failures, std::uint64_t random);

// A budget of retries, so that a service in trouble does not get three times the usual calls. Thread-safe.
class RetryQuota {
 public:
  static constexpr std::uint32_t kFull = 500;
  static constexpr std::uint32_t kUnansweredCost = 10;
  static constexpr std::uint32_t kCost = 5;
  static constexpr std::uint32_t kSuccess = 1;  // given back by a success at the first try

  // Takes the cost of another try from the budget, and returns that cost. Returns 0 if too little is left;
  // the call is then not repeated.
  std::uint32_t take(RetryKind kind);
  void give_back(std::uint32_t amount);

 private:
  Mutex mutex_;
  std::uint32_t left_ GUARDED_BY(mutex_) = kFull;
};

}  // namespace headgate::aws
