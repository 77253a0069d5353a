#include "aws/retry_rules.h"

#include <algorithm>
#include <initializer_list>

namespace headgate::aws {
namespace {

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), code) != known.end();
}

// The codes of botocore's retries/standard.py, and those of services that mean the same.
bool is_throttle(int status, std::string_view code) {
  return status == 429 ||
         is_one_of(code,
                   {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
                    "TooManyRequestsException", "TooManyRequests", "ProvisionedThroughputExceededException",
                    "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
                    "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
                    "EC2ThrottledException"});
}

bool is_transient(int status, std::string_view code) {
  return status == 500 || status == 502 || status == 503 || status == 504 ||
         is_one_of(code, {"RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure",
                          "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException",
                          "IDPCommunicationError"});
}

bool is_expired(std::string_view code) {
  return is_one_of(code, {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"});
}

bool is_unknown_key(std::string_view code) {
  return is_one_of(
      code, {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidToken"});
}

bool is_other_time(std::string_view code) {
  return is_one_of(code, {"RequestTimeTooSkewed", "RequestInTheFuture"});
}

bool is_other_signature(std::string_view code) {
  return is_one_of(code, {"SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"});
}

}  // namespace

RetryKind retry_kind_of(Service service, int status, std::string_view code) {
  // Of Logs it is a number of groups, not a rate: asking again does not help.
  if (code == "LimitExceededException" && service == Service::Logs) return RetryKind::Never;
  if (is_throttle(status, code)) return RetryKind::Throttled;
  if (is_transient(status, code)) return RetryKind::Transient;
  if (is_expired(code) || is_unknown_key(code)) return RetryKind::StaleCredentials;
  if (is_other_time(code) || is_other_signature(code)) return RetryKind::SkewedClock;
  return RetryKind::Never;
}

Fault fault_of_refusal(int status, std::string_view code) {
  if ((code != "LimitExceededException" && is_throttle(status, code)) || is_transient(status, code) ||
      is_expired(code) || is_other_time(code) || status >= 500)
    return Fault::Retry;
  if (is_unknown_key(code) || is_other_signature(code) || code.starts_with("AccessDenied") ||
      code.find("Unauthorized") != std::string_view::npos ||
      code.find("NotAuthorized") != std::string_view::npos ||
      code.find("AccessDenied") != std::string_view::npos || status == 401 || status == 403 ||
      is_one_of(code, {"MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired",
                       "RegionDisabledException", "AccountProblem", "AllAccessDisabled"}))
    return Fault::Denied;
  if (status == 404 || code.find("NotFound") != std::string_view::npos || code.starts_with("NoSuch") ||
      is_one_of(code, {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}))
    return Fault::NotFound;
  return Fault::Invalid;
}

std::chrono::milliseconds full_jitter(const RetryWait& wait, std::uint32_t failures, std::uint64_t random) {
  constexpr std::uint32_t kDoublingsMax = 20;
  const std::uint32_t doublings = std::min(failures > 0 ? failures - 1 : 0, kDoublingsMax);
  const std::int64_t ceiling =
      std::clamp<std::int64_t>(wait.first.count() * (std::int64_t{1} << doublings), 0, wait.longest.count());
  return std::chrono::milliseconds{
      static_cast<std::int64_t>(random % (static_cast<std::uint64_t>(ceiling) + 1))};
}

std::uint32_t RetryQuota::take(RetryKind kind) {
  const std::uint32_t cost = kind == RetryKind::Unanswered ? kUnansweredCost : kCost;
  const std::lock_guard lock(mutex_);
  if (cost > left_) return 0;
  left_ -= cost;
  return cost;
}

void RetryQuota::give_back(std::uint32_t amount) {
  const std::lock_guard lock(mutex_);
  left_ = std::min(kFull, left_ + amount);
}

}  // namespace headgate::aws
