// Signed requests to one service in one region, tried again as the SDKs' "standard" mode does.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/call/credentials.h"
#include "aws/call/endpoint.h"
#include "aws/call/retry_rules.h"
#include "base/byte_source.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/http_message.h"
#include "net/http_pool.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::aws {

// What a service is asked. The client adds host, date, token, checksum of the body and signature.
struct ServiceRequest {
  std::string operation;  // as AWS names it; the first words of errors
  std::string method = "POST";
  std::string path = "/";  // encoded as it goes over the wire
  std::vector<std::pair<std::string, std::string>> query =
      {};  // not encoded; sorted and encoded by the client
  net::HttpHeaders headers = {};
  std::string_view body = {};  // must live until the call returns
  std::string host = {};       // before the endpoint's host, with a dot: a bucket. Not with a custom endpoint
  std::string_view secret = {};  // that the body holds: no error repeats it; as long-lived as the body
};

// An answer, of whatever status: 2xx, or a refusal that trying again would not change.
struct Answer {
  int status = 0;
  net::HttpHeaders headers = {};
  std::string body = {};
  std::string code = {};     // of a refusal: NoSuchKey, ResourceNotFoundException, ... ; empty on success
  std::string message = {};  // of a refusal: AWS's words, at most 512 bytes; none that repeat a secret
  bool is_named = true;      // Refusal::is_named
  Side side = Side::Ours;    // whose service said it
  // An earlier try of the same call may have been carried out: its answer was lost, or a 5xx.
  bool may_be_repeated = false;
  bool is_success() const { return code.empty(); }
  std::string_view header(std::string_view name) const;  // empty when there is none
};

// The answer's head, and its body to be read as it arrives.
struct StreamedAnswer {
  Answer answer;                     // body is empty on success
  std::unique_ptr<ByteSource> body;  // none unless it is a success
};

// What a refusal means to the caller (fault_of_refusal()), with the operation and AWS's code in its words.
Error error_of(const ServiceRequest& request, const Answer& answer);

constexpr std::chrono::milliseconds kRetryAfterMax{3'600'000};  // of Error::retry_after; more counts as this

// Any thread. Bounded: each call holds one connection of the pool.
class ServiceClient {
 public:
  struct Options {
    std::uint32_t attempts_max = 3;                  // AWS_MAX_ATTEMPTS
    std::chrono::milliseconds attempt_max{30'000};   // one try, connecting included
    std::chrono::milliseconds backoff_first{1'000};  // full jitter, doubling; throttles and the rest alike
    std::chrono::milliseconds backoff_longest{20'000};
    std::size_t body_bytes_max = 16U << 20U;  // of an answer that is kept whole
    Side side = Side::Ours;                   // whose service it is
    std::stop_token stop = {};                // ends every wait with Fault::Stopped
  };
  struct Deps {
    Clock& clock;
    Random& random;
    net::HttpPool& http;
    CredentialsSource& credentials;
  };
  // The dependencies outlive it. One quota of retries a client: make one per tenant destination.
  ServiceClient(Deps deps, Endpoint endpoint, Options options);
  ~ServiceClient();
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // The last try's answer. An Error is of the exchange (no connection, no answer in time), of the
  // credentials, or a Retry-able refusal (throttled, 5xx) that lasted longer than attempts, quota or
  // deadline: then it may have happened, and its retry_after is what AWS's answer said. Clock skew is
  // corrected and expired credentials are renewed on the way.
  Result<Answer> call(const ServiceRequest& request, Deadline deadline);
  // call(), and then error_of() unless it is a success.
  Result<Answer> call_ok(const ServiceRequest& request, Deadline deadline);
  // As call(), but gives the body of a success while it arrives; what breaks later is the source's error. The
  // deadline holds until the body's end. The source must not outlive the client.
  Result<StreamedAnswer> stream(const ServiceRequest& request, Deadline deadline);

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct State;
  using Exchange =
      std::function<Result<net::HttpResponse>(const net::HttpRequest& request, Deadline attempt)>;
  Result<Answer> attempts(const ServiceRequest& request, Deadline deadline, const Exchange& exchange);
  Result<net::HttpRequest> signed_request(const ServiceRequest& request, const Credentials& credentials,
                                          std::chrono::nanoseconds skew);
  bool corrects_clock(const Answer& answer, std::chrono::nanoseconds signed_with);
  Result<> wait(const Answer* answer, std::uint32_t failures, Deadline deadline);

  const Deps deps_;
  const Endpoint endpoint_;
  const Options options_;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::aws
