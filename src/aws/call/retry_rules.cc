#include "aws/call/retry_rules.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/check.h"

namespace headgate::aws {
namespace {

// The kinds of refusals that we distinguish.
enum class Cause : std::uint8_t {
  Throttle,        // too many calls
  Limit,           // a limit on a number of things or on a rate, depending on the service
  Passing,         // temporary trouble of the service
  Expired,         // credentials
  UnknownKey,      // credentials that AWS does not know (yet, or any more)
  OtherTime,       // our clock is wrong
  OtherSignature,  // made with another secret key, or our clock is wrong
  Unsigned,        // the signature is missing or malformed
  Garbled,         // the bytes that arrived are not those that were sent
  Refused,         // by a policy or by the state of an account
  Missing,
  Request,  // the request itself is wrong
  Other,    // a code that this table does not contain
};

struct Known {
  std::string_view code;
  Cause cause;
};
// Codes of botocore's retries/standard.py, and codes of other services that mean the same. The others are
// from
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
constexpr Known kKnown[] = {
    {"Throttling", Cause::Throttle},
    {"ThrottlingException", Cause::Throttle},
    {"ThrottledException", Cause::Throttle},
    {"RequestThrottledException", Cause::Throttle},
    {"TooManyRequestsException", Cause::Throttle},
    {"TooManyRequests", Cause::Throttle},
    {"ProvisionedThroughputExceededException", Cause::Throttle},
    {"TransactionInProgressException", Cause::Throttle},
    {"RequestLimitExceeded", Cause::Throttle},
    {"BandwidthLimitExceeded", Cause::Throttle},
    {"RequestThrottled", Cause::Throttle},
    {"SlowDown", Cause::Throttle},
    {"PriorRequestNotComplete", Cause::Throttle},
    {"EC2ThrottledException", Cause::Throttle},
    {"LimitExceededException", Cause::Limit},
    {"RequestTimeout", Cause::Passing},
    {"RequestTimeoutException", Cause::Passing},
    {"InternalError", Cause::Passing},
    {"InternalFailure", Cause::Passing},
    {"InternalServerError", Cause::Passing},
    {"ServiceUnavailable", Cause::Passing},
    {"ServiceUnavailableException", Cause::Passing},
    {"IDPCommunicationError", Cause::Passing},
    // STS answers this if it could not fetch the identity provider's keys at that moment. It answers the same
    // for a token that stays wrong: then the tries run out.
    {"InvalidIdentityToken", Cause::Passing},
    {"InvalidIdentityTokenException", Cause::Passing},
    {"TemporaryRedirect", Cause::Passing},
    {"ExpiredToken", Cause::Expired},
    {"ExpiredTokenException", Cause::Expired},
    {"TokenRefreshRequired", Cause::Expired},
    {"RequestExpired", Cause::Expired},
    {"InvalidClientTokenId", Cause::UnknownKey},
    {"UnrecognizedClientException", Cause::UnknownKey},
    {"UnrecognizedClient", Cause::UnknownKey},
    {"InvalidAccessKeyId", Cause::UnknownKey},
    {"InvalidToken", Cause::UnknownKey},
    {"InvalidSecurity", Cause::UnknownKey},
    {"RequestTimeTooSkewed", Cause::OtherTime},
    {"RequestInTheFuture", Cause::OtherTime},
    {"SignatureDoesNotMatch", Cause::OtherSignature},
    {"InvalidSignatureException", Cause::OtherSignature},
    {"AuthFailure", Cause::OtherSignature},
    {"MissingAuthenticationToken", Cause::Unsigned},
    {"MissingAuthenticationTokenException", Cause::Unsigned},
    {"IncompleteSignature", Cause::Unsigned},
    {"IncompleteSignatureException", Cause::Unsigned},
    {"AuthorizationHeaderMalformed", Cause::Unsigned},
    {"MissingSecurityHeader", Cause::Unsigned},
    {"BadDigest", Cause::Garbled},
    {"InvalidDigest", Cause::Garbled},
    {"IncompleteBody", Cause::Garbled},
    {"XAmzContentSHA256Mismatch", Cause::Garbled},
    {"OptInRequired", Cause::Refused},
    {"RegionDisabledException", Cause::Refused},
    {"AccountProblem", Cause::Refused},
    {"AllAccessDisabled", Cause::Refused},
    {"QueueDoesNotExist", Cause::Missing},
    {"AWS.SimpleQueueService.NonExistentQueue", Cause::Missing},
    {"InvalidParameterException", Cause::Request},
    {"InvalidParameterValue", Cause::Request},
    {"InvalidParameterValueException", Cause::Request},
    {"InvalidParameterCombination", Cause::Request},
    {"ValidationException", Cause::Request},
    {"SerializationException", Cause::Request},
    {"InvalidArgument", Cause::Request},
    {"InvalidBucketName", Cause::Request},
    {"InvalidMessageContents", Cause::Request},
    {"InvalidPart", Cause::Request},
    {"InvalidPartOrder", Cause::Request},
    {"InvalidRange", Cause::Request},
    {"InvalidRequest", Cause::Request},
    {"InvalidURI", Cause::Request},
    {"EntityTooLarge", Cause::Request},
    {"EntityTooSmall", Cause::Request},
    {"KeyTooLongError", Cause::Request},
    {"MalformedXML", Cause::Request},
    {"MetadataTooLarge", Cause::Request},
    {"MethodNotAllowed", Cause::Request},
    {"NotImplemented", Cause::Request},
    {"PreconditionFailed", Cause::Request},
};

Cause cause_of(int status, std::string_view code) {
  const auto holds = [&](std::string_view part) { return code.find(part) != std::string_view::npos; };
  const auto* const known =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& one) { return one.code == code; });
  if (known != std::end(kKnown) && known->cause == Cause::Limit) return Cause::Limit;
  if (status == 429) return Cause::Throttle;
  // 501 (NotImplemented) does not pass, unlike other 5xx.
  const bool is_trouble = status >= 500 && status != 501;
  if (is_trouble && (known == std::end(kKnown) || known->cause != Cause::Throttle)) return Cause::Passing;
  if (known != std::end(kKnown)) return known->cause;
  if (holds("AccessDenied") || holds("Unauthorized") || holds("NotAuthorized") || status == 401 ||
      status == 403)
    return Cause::Refused;
  if (status == 404 || holds("NotFound") || code.starts_with("NoSuch")) return Cause::Missing;
  return Cause::Other;
}

}  // namespace

RetryKind retry_kind_of(Service service, int status, std::string_view code) {
  switch (cause_of(status, code)) {
    case Cause::Throttle:
      return RetryKind::Throttled;
    case Cause::Limit:
      // CloudWatch Logs means the number of log groups, not a rate, so repeating the call does not help.
      return service == Service::Logs ? RetryKind::Never : RetryKind::Throttled;
    case Cause::Passing:
      return RetryKind::Transient;
    case Cause::Expired:
    case Cause::UnknownKey:
      return RetryKind::StaleCredentials;
    case Cause::OtherTime:
    case Cause::OtherSignature:
      return RetryKind::SkewedClock;
    case Cause::Unsigned:
    case Cause::Garbled:
    case Cause::Refused:
    case Cause::Missing:
    case Cause::Request:
    case Cause::Other:
      return RetryKind::Never;
  }
  CHECK(false);
}

Fault fault_of_refusal(Blame blame, int status, std::string_view code) {
  switch (cause_of(status, code)) {
    case Cause::Throttle:
    case Cause::Passing:
    case Cause::Expired:
    case Cause::OtherTime:
      return Fault::Retry;
    case Cause::Garbled:
    case Cause::UnknownKey:
    case Cause::OtherSignature:
    case Cause::Unsigned:
      return blame == Blame::Tenant ? Fault::Retry : Fault::Denied;
    case Cause::Refused:
    case Cause::Limit:
    case Cause::Other:
      return Fault::Denied;
    case Cause::Missing:
      return Fault::NotFound;
    case Cause::Request:
      return Fault::Invalid;
  }
  CHECK(false);
}

Fault fault_of_exchange(Blame blame, Fault fault) {
  if (fault == Fault::Invalid) return Fault::Retry;
  return blame == Blame::Tenant && fault == Fault::Denied ? Fault::Retry : fault;
}

Fault fault_of_credentials(Blame blame, Fault fault) {
  if (fault != Fault::Invalid && fault != Fault::NotFound) return fault;
  return blame == Blame::Tenant ? Fault::Retry : Fault::Denied;
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
  const MutexLock lock(mutex_);
  if (cost > left_) return 0;
  left_ -= cost;
  return cost;
}

void RetryQuota::give_back(std::uint32_t amount) {
  const MutexLock lock(mutex_);
  left_ = std::min(kFull, left_ + amount);
}

}  // namespace headgate::aws
