// HTTP out, over libcurl (https://curl.se/libcurl/c/): what the API server of Kubernetes and the services of
// AWS are spoken to with. It sends once and never tries again: whoever calls knows what may be repeated.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/byte_sink.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/http_message.h"
#include "net/library.h"
#include "net/proxy.h"
#include "net/trust_store.h"
#include "ports/clock.h"

namespace headgate::net {

// How long one exchange may take and how much of it we keep.
struct HttpCall {
  Deadline deadline;  // for all of it, connecting included
  std::stop_token stop = {};
  std::size_t body_bytes_max = 16U << 20U;  // of HttpResponse::body
};

// Where a successful answer's body goes while it arrives.
struct HttpStream {
  ByteSink& body;
  std::function<void()> on_accepted = {};  // the headers of a 2xx are here; the body may take hours
};

// How an answer is waited for whose body is read piece by piece.
struct HttpPull {
  Deadline head = Deadline::never();              // for the headers; HttpCall's is for all, body included
  std::chrono::milliseconds silence_max{30'000};  // one read() waits this long for a byte
};

// One thread at a time; keeps connections open between calls. No redirect is followed, no variable of the
// environment is read here, no proxy is used but those of Options. Certificates and host names are verified,
// always.
class HttpClient {
 public:
  struct Options {
    std::string ca_file = {};                        // PEM; empty: the machine's own. Read again every hour.
    std::shared_ptr<TrustStore> trust = {};          // shared with other clients of that file; none: its own
    std::shared_ptr<const ProxyRules> proxies = {};  // none: no proxy
    std::chrono::milliseconds connect_max{10'000};
    std::chrono::seconds keepalive{30};  // silence before TCP asks whether the other side still lives
    std::string user_agent = "headgate";
    bool is_http1_only = false;  // one connection serves one exchange at a time
  };
  static constexpr std::size_t kHeaderBytesMax = 256U << 10U;
  static constexpr std::size_t kUrlBytesMax = 256U << 10U;
  static constexpr std::size_t kAheadBytesMax = 64U << 10U;  // of a body, before read() asks for them

  // `clock` outlives the client.
  static Result<std::unique_ptr<HttpClient>> open(const Library& library, const Clock& clock,
                                                  Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The whole answer, whatever its status. Errors are of the exchange: Retry when it broke, was refused or
  // took too long (it may have happened), Denied when the other side's certificate is not to be trusted,
  // Invalid when the URL or answer is no HTTP or the answer exceeds a limit, Stopped.
  Result<HttpResponse> send(const HttpRequest& request, const HttpCall& call);
  // As send(), but the body of a 2xx goes into the stream and is not kept. The stream's own error ends the
  // call and is returned. Ends without error when the other side ends its answer properly.
  Result<HttpResponse> stream(const HttpRequest& request, const HttpCall& call, const HttpStream& into);

  // As send(), but the body of a 2xx is left to read() and comes no faster than that takes it. No other call
  // until drop().
  Result<HttpResponse> begin(const HttpRequest& request, const HttpCall& call, const HttpPull& pull);
  // At most into.size() bytes of the body, waiting for the first; 0 is its proper end. Errors as of send().
  Result<std::size_t> read(std::span<char> into);
  // Ends what begin() began; closes the connection when there is more to come.
  void drop();

 private:
  struct Curl;
  struct Exchange;
  HttpClient(const Clock& clock, Options options, std::unique_ptr<Curl> curl);
  Result<HttpResponse> exchange(const HttpRequest& request, const HttpCall& call, const HttpStream* into);
  Result<> start(Exchange& exchange, const HttpRequest& request);
  void prepare(Exchange& exchange, const HttpRequest& request);
  void prepare_trust(Exchange& exchange);
  Result<> perform(Exchange& exchange, Deadline deadline, const std::function<bool()>& is_enough);
  Result<> outcome(Exchange& exchange);
  void finish();

  const Clock& clock_;
  const Options options_;
  std::unique_ptr<Curl> curl_;
  std::unique_ptr<Exchange> pulled_;  // between begin() and its end
};

}  // namespace headgate::net
