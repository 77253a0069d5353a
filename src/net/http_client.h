// An HTTP client on libcurl (https://curl.se/libcurl/c/), for the Kubernetes API and the services of AWS. It
// sends each request once, because only the caller knows what may be repeated.
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

// Limits of one exchange.
struct HttpCall {
  Deadline deadline;  // for the whole exchange, including the time to connect
  std::stop_token stop = {};
  std::size_t body_bytes_max = 16U << 20U;  // for HttpResponse::body
};

// Receives the body of a successful answer while it arrives.
struct HttpStream {
  ByteSink& body;
  std::function<void()> on_accepted = {};  // called when the headers of a 2xx have arrived; the body may take
                                           // hours
};

// Limits for an answer whose body is read piece by piece.
struct HttpPull {
  Deadline head = Deadline::never();  // for the headers; HttpCall's deadline is for the whole exchange
  std::chrono::milliseconds silence_max{30'000};  // how long one read() waits for a byte
};

// For one thread at a time. Keeps connections open between calls. It follows no redirects, reads no
// environment variables, and uses no proxies but those of Options. It always verifies certificates and host
// names.
class HttpClient {
 public:
  struct Options {
    std::string ca_file = {};                // PEM; if empty, the machine's own; read again every hour
    std::shared_ptr<TrustStore> trust = {};  // shared with other clients that use the same file; if none, the
                                             // client has its own
    std::shared_ptr<const ProxyRules> proxies = {};  // no proxy if null
    std::chrono::milliseconds connect_max{10'000};
    std::chrono::seconds keepalive{30};  // how long a connection is silent before TCP probes it
    std::string user_agent = "headgate";
    bool is_http1_only = false;  // HTTP/1.1 only: a connection serves one exchange at a time
  };
  static constexpr std::size_t kHeaderBytesMax = 256U << 10U;
  static constexpr std::size_t kUrlBytesMax = 256U << 10U;
  static constexpr std::size_t kAheadBytesMax = 64U << 10U;  // how much of a body is read ahead of read()

  // `clock` must outlive the client.
  static Result<std::unique_ptr<HttpClient>> open(const Library& library, const Clock& clock,
                                                  Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Returns the whole answer, whatever its status. Errors concern the exchange. Fault::Retry: it broke, was
  // refused or took too long, so the request may have been carried out. Fault::Denied: the server's
  // certificate cannot be trusted. Fault::Invalid: the URL or the answer is not HTTP, or the answer exceeds a
  // limit. Fault::Stopped: `call.stop` was requested.
  Result<HttpResponse> send(const HttpRequest& request, const HttpCall& call);
  // As send(), but the body of a 2xx goes into `into` and is not kept. An error of that sink ends the call
  // and is returned. The call succeeds when the server ends its answer properly.
  Result<HttpResponse> stream(const HttpRequest& request, const HttpCall& call, const HttpStream& into);

  // As send(), but the body of a 2xx is read by read(), and comes no faster than that. No other call may be
  // made until drop().
  Result<HttpResponse> begin(const HttpRequest& request, const HttpCall& call, const HttpPull& pull);
  // Reads at most into.size() bytes of the body, and waits for the first one. Returns 0 at its proper end.
  // Errors are those of send().
  Result<std::size_t> read(std::span<char> into);
  // Ends the exchange that begin() began. Closes the connection if more of the answer would follow.
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
  std::unique_ptr<Exchange> pulled_;  // set between begin() and drop()
};

}  // namespace headgate::net
