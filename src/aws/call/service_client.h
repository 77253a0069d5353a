// Sends signed requests to one AWS service in one region, and repeats them as the "standard" mode of AWS's
// SDKs does.
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

// A request to a service. The client adds the host, date, session token, checksum of the body, and signature.
struct ServiceRequest {
  std::string operation;  // AWS's name for it, which begins the text of errors
  std::string method = "POST";
  std::string path = "/";  // encoded, as it is sent
  std::vector<std::pair<std::string, std::string>> query =
      {};  // not encoded; the client sorts and encodes it
  net::HttpHeaders headers = {};
  std::string_view body = {};  // must live until the call returns
  std::string host = {};  // a bucket, put before the endpoint's host with a dot; empty with a custom endpoint
  std::string_view secret = {};  // a secret that the body contains, so that no error repeats it; must live as
                                 // long as the body
};

// An answer: a success (2xx), or a refusal that a repeated call would not change.
struct Answer {
  int status = 0;
  net::HttpHeaders headers = {};
  std::string body = {};
  std::string code = {};     // of a refusal, such as NoSuchKey or ResourceNotFoundException; empty on success
  std::string message = {};  // of a refusal: AWS's message, at most 512 bytes; left out if it repeats a
                             // secret
  bool is_named = true;      // Refusal::is_named
  Blame blame = Blame::Us;   // whose service said it
  // True if an earlier try of the same call may have been carried out, because its answer was lost or was a
  // 5xx.
  bool may_be_repeated = false;
  bool is_success() const { return code.empty(); }
  std::string_view header(std::string_view name) const;  // empty if there is no such header
};

// The head of an answer, and its body as a stream.
struct StreamedAnswer {
  Answer answer;                     // body is empty on success
  std::unique_ptr<ByteSource> body;  // none if the answer is a refusal
};

// The error of a refusal: its fault is from fault_of_refusal(), and its text names the operation and AWS's
// code.
Error error_of(const ServiceRequest& request, const Answer& answer);

// of Error::retry_after; a longer time counts as this
constexpr std::chrono::milliseconds kRetryAfterMax{3'600'000};

// Thread-safe. Each call uses one connection of the pool, which limits the number of connections.
class ServiceClient {
 public:
  struct Options {
    std::uint32_t attempts_max = 3;                  // AWS_MAX_ATTEMPTS
    std::chrono::milliseconds attempt_max{30'000};   // for one try, including the time to connect
    std::chrono::milliseconds backoff_first{1'000};  // with full jitter, doubled after each failure, for
                                                     // throttling and other failures alike
    std::chrono::milliseconds backoff_longest{20'000};
    std::size_t body_bytes_max = 16U << 20U;  // of an answer that is kept in memory as a whole
    Blame blame = Blame::Us;                  // whose service it is
    std::stop_token stop = {};                // when stopped, every wait ends with Fault::Stopped
  };
  struct Deps {
    Clock& clock;
    Random& random;
    net::HttpPool& http;
    CredentialsSource& credentials;
  };
  // The dependencies must outlive the client. Each client has its own retry quota: make one for each tenant's
  // destination.
  ServiceClient(Deps deps, Endpoint endpoint, Options options);
  ~ServiceClient();
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // Returns the answer to the last try. An Error means one of three things. Either the exchange failed (no
  // connection, or no answer in time), or we have no credentials. Or AWS kept refusing for a reason that
  // passes (throttling, 5xx) until attempts, quota or deadline were used up; then the call may have been
  // carried out, and retry_after is what AWS asked for. Clock skew is corrected and expired credentials are
  // renewed between tries.
  Result<Answer> call(const ServiceRequest& request, Deadline deadline);
  // As call(), but a refusal is returned as an Error, made by error_of().
  Result<Answer> call_ok(const ServiceRequest& request, Deadline deadline);
  // As call(), but the body of a success is read while it arrives. If the exchange fails later, reading the
  // body returns the error. The deadline holds until the end of the body, which must not outlive the client.
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
