#include "net/http_client.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace headgate::net {
namespace {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  CHECK(grown != nullptr);  // out of memory
  static_cast<void>(list.release());
  list.reset(grown);
}

Fault fault_of(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:  // the certificate or the host name is wrong
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return Fault::Denied;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return Fault::Invalid;
    default:
      return Fault::Retry;
  }
}

bool has_line_end(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

struct HttpClient::Curl {
  CURLM* multi = curl_multi_init();  // holds the connections
  CURL* easy = curl_easy_init();
  Curl() = default;
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
  ~Curl() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    if (multi != nullptr) curl_multi_cleanup(multi);
  }
};

struct HttpClient::Exchange {
  CURL* const easy;
  const HttpCall call;
  const HttpStream* const into = nullptr;
  const std::optional<HttpPull> pull = {};
  HttpResponse response = {};
  std::optional<Error> refused = {};  // set when one of our callbacks ends the exchange
  std::size_t header_bytes = 0;
  HeaderList header_lines = {};
  TrustStore::Certificates trusted = {};
  std::string proxy = {};  // the proxy's URL with its password
  char words[CURL_ERROR_SIZE] = {};
  bool has_head = false;
  bool is_over = false;
  bool is_safe = false;      // the request changes nothing, so libcurl may send it again
  int sendings = 0;          // number of sendings that were begun, including this one
  CURLcode code = CURLE_OK;  // set when the exchange has ended

  // If pulled: first the bytes that read() asked for, then those that arrived ahead of it.
  std::span<char> wanted = {};
  std::size_t given = 0;
  std::string ahead = {};
  std::size_t ahead_taken = 0;
  bool is_paused = false;

  bool is_streamed() const { return into != nullptr && response.is_success(); }
  bool is_pulled() const { return pull && response.is_success(); }

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
    return static_cast<Exchange*>(self)->take_header({bytes, size * count}) ? size * count : 0;
  }
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
    return static_cast<Exchange*>(self)->take_body({bytes, size * count});
  }

  // Called before each sending. If a kept connection dies before an answer, libcurl sends the request again
  // on a new one (Curl_retry_request in its transfer.c). The server may have carried out the first one. The
  // caller would then not know that an earlier try may be the reason why a condition fails.
  static int on_sending(void* self, char*, char*, int, int) noexcept {
    auto* const exchange = static_cast<Exchange*>(self);
    if (++exchange->sendings == 1 || exchange->is_safe) return CURL_PREREQFUNC_OK;
    exchange->refused = Error{Fault::Retry, "the connection was closed before an answer"};
    return CURL_PREREQFUNC_ABORT;
  }

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kHeaderBytesMax) {
      refused = Error{Fault::Invalid, "headers longer than " + std::to_string(kHeaderBytesMax) + " bytes"};
      return false;
    }
    if (line.starts_with("HTTP/")) {  // of the answer, or of a 1xx before it
      response.headers.clear();
      return true;
    }
    const std::string_view text = trimmed(line);
    if (text.empty()) {
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      response.status = static_cast<int>(status);
      has_head = status >= 200;
      if (is_streamed() && into->on_accepted) into->on_accepted();
      return true;
    }
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos)
      response.headers.emplace_back(text.substr(0, colon), trimmed(text.substr(colon + 1)));
    return true;
  }

  // Returns how many bytes were taken. Any other number than all ends or pauses the exchange.
  std::size_t take_body(std::string_view bytes) {
    if (is_pulled()) return take_ahead(bytes);
    if (is_streamed()) {
      Result<> taken = into->body.append(bytes);
      if (taken.ok()) return bytes.size();
      refused = std::move(taken).error();
      return 0;
    }
    if (bytes.size() > call.body_bytes_max - response.body.size()) {
      refused = Error{Fault::Invalid, "body longer than " + std::to_string(call.body_bytes_max) + " bytes"};
      return 0;
    }
    response.body.append(bytes);
    return bytes.size();
  }
  std::size_t take_ahead(std::string_view bytes) {
    const std::size_t count = bytes.size();
    if (count > kAheadBytesMax - ahead.size() + (wanted.size() - given)) {
      is_paused = true;
      return CURL_WRITEFUNC_PAUSE;  // libcurl keeps these bytes and reads no more
    }
    const std::size_t now = std::min(count, wanted.size() - given);
    std::copy_n(bytes.data(), now, wanted.data() + given);
    given += now;
    ahead.append(bytes.substr(now));
    return count;
  }
  std::size_t take_from_ahead(std::span<char> to) {
    const std::size_t now = std::min(to.size(), ahead.size() - ahead_taken);
    std::copy_n(ahead.data() + ahead_taken, now, to.data());
    ahead_taken += now;
    if (ahead_taken == ahead.size()) {
      ahead.clear();
      ahead_taken = 0;
    }
    return now;
  }
};

HttpClient::HttpClient(const Clock& clock, Options options, std::unique_ptr<Curl> curl)
    : clock_(clock), options_(std::move(options)), curl_(std::move(curl)) {}

HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::open(const Library&, const Clock& clock, Options options) {
  if (!options.trust) options.trust = std::make_shared<TrustStore>(options.ca_file);
  auto curl = std::make_unique<Curl>();
  if (curl->multi == nullptr || curl->easy == nullptr)
    return Error{Fault::Retry, "HTTP client: out of memory or descriptors"};
  return std::unique_ptr<HttpClient>(new HttpClient(clock, std::move(options), std::move(curl)));
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request, const HttpCall& call) {
  return exchange(request, call, nullptr);
}

Result<HttpResponse> HttpClient::stream(const HttpRequest& request, const HttpCall& call,
                                        const HttpStream& into) {
  return exchange(request, call, &into);
}

Result<HttpResponse> HttpClient::exchange(const HttpRequest& request, const HttpCall& call,
                                          const HttpStream* into) {
  Exchange exchange{.easy = curl_->easy, .call = call, .into = into};
  TRY(start(exchange, request));
  const Result<> performed = perform(exchange, call.deadline, [] { return false; });
  finish();
  TRY(performed);
  return std::move(exchange.response);
}

Result<HttpResponse> HttpClient::begin(const HttpRequest& request, const HttpCall& call,
                                       const HttpPull& pull) {
  CHECK(!pulled_);
  // An aggregate: make_unique cannot name its members.
  auto exchange = std::unique_ptr<Exchange>(  // NOLINT(modernize-make-unique)
      new Exchange{.easy = curl_->easy, .call = call, .pull = pull});
  TRY(start(*exchange, request));
  pulled_ = std::move(exchange);
  const Deadline soonest{std::min(pull.head.at, call.deadline.at)};
  Result<> performed =
      perform(*pulled_, soonest, [this] { return pulled_->has_head && pulled_->is_pulled(); });
  if (!performed.ok()) {
    drop();
    return std::move(performed).error();
  }
  HttpResponse response = std::move(pulled_->response);
  pulled_->response.status = response.status;
  if (!response.is_success()) drop();
  return response;
}

Result<std::size_t> HttpClient::read(std::span<char> into) {
  CHECK(pulled_ && !into.empty());
  Exchange& exchange = *pulled_;
  const SteadyTime now = clock_.steady();
  if (exchange.call.stop.stop_requested()) return Error{Fault::Stopped, "stopped"};
  if (exchange.call.deadline.passed(now)) return Error{Fault::Retry, "the answer was not complete in time"};
  if (const std::size_t count = exchange.take_from_ahead(into); count > 0) return count;

  exchange.wanted = into;
  exchange.given = 0;
  if (exchange.is_paused) {
    exchange.is_paused = false;
    curl_easy_pause(exchange.easy, CURLPAUSE_CONT);  // may deliver bytes at once; perform() also reports a
                                                     // failure of this call
  }
  const Deadline silent = Deadline::after(now, exchange.pull->silence_max);
  Result<> performed = perform(exchange, Deadline{std::min(silent.at, exchange.call.deadline.at)},
                               [&] { return exchange.given > 0; });
  exchange.wanted = {};
  if (exchange.given > 0) return exchange.given;  // an error is returned by the next call
  TRY(performed);
  return std::size_t{0};
}

void HttpClient::drop() {
  if (!pulled_) return;
  finish();
  pulled_ = nullptr;
}

Result<> HttpClient::start(Exchange& exchange, const HttpRequest& request) {
  if (request.url.size() > kUrlBytesMax)
    return Error{Fault::Invalid, "URL longer than " + std::to_string(kUrlBytesMax) + " bytes"};
  for (const auto& [name, value] : request.headers) {
    if (has_line_end(name) || has_line_end(value))
      return Error{Fault::Invalid, "a header contains a line break"};
  }
  if (!request.url.starts_with("http:")) exchange.trusted = TRY(options_.trust->get(clock_.steady()));
  prepare(exchange, request);
  CHECK(curl_multi_add_handle(curl_->multi, curl_->easy) == CURLM_OK);
  return {};
}

void HttpClient::finish() {
  curl_multi_remove_handle(curl_->multi, curl_->easy);
  curl_easy_reset(curl_->easy);  // forgets the exchange, but keeps what was learned about hosts
}

void HttpClient::prepare(Exchange& exchange, const HttpRequest& request) {
  CURL* const easy = exchange.easy;
  const auto set = [&](CURLoption option, auto value) {
    CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PATH_AS_IS, 1L);  // an object's key may contain "..", and the path that is signed must be the
                                // one that is sent
  if (options_.proxies) exchange.proxy = options_.proxies->proxy_of(request.url);
  set(CURLOPT_PROXY, exchange.proxy.c_str());  // an empty text means no proxy; otherwise libcurl would read
                                               // the environment
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_HEADEROPT,
      static_cast<long>(CURLHEADER_SEPARATE));  // the proxy of a tunnel gets none of our headers
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  if (options_.is_http1_only) set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_max.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, static_cast<long>(options_.keepalive.count()));
  set(CURLOPT_TCP_KEEPINTVL, static_cast<long>(options_.keepalive.count()));
  prepare_trust(exchange);
  set(CURLOPT_ERRORBUFFER, exchange.words);
  set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  set(CURLOPT_WRITEDATA, &exchange);
  exchange.is_safe = request.method == "GET" || request.method == "HEAD";
  set(CURLOPT_PREREQFUNCTION, &Exchange::on_sending);
  set(CURLOPT_PREREQDATA, &exchange);

  bool has_content_type = false;
  for (const auto& [name, value] : request.headers) {
    std::string line = name;
    line += value.empty() ? ";" : ": ";  // libcurl's syntax for an empty header
    append(exchange.header_lines, line.append(value));
    has_content_type = has_content_type || name == "Content-Type" || name == "content-type";
  }
  append(exchange.header_lines, "Expect:");  // do not wait for 100 Continue
  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    const CURLoption kept_or_not = exchange.pull ? CURLOPT_COPYPOSTFIELDS : CURLOPT_POSTFIELDS;
    set(kept_or_not, request.body.empty() ? "" : request.body.data());
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    // libcurl would send the type of a form
    if (!has_content_type) append(exchange.header_lines, "Content-Type:");
  }
  set(CURLOPT_HTTPHEADER, exchange.header_lines.get());
}

// Gives the certificates to libcurl, which would otherwise read the file for each connection, or only once
// per client.
void HttpClient::prepare_trust(Exchange& exchange) {
  const auto set = [&](CURLoption option, auto value) {
    CHECK(curl_easy_setopt(exchange.easy, option, value) == CURLE_OK);
  };
  set(CURLOPT_CAINFO, nullptr);
  set(CURLOPT_CAPATH, nullptr);
  curl_ssl_ctx_callback give = [](CURL*, void* context, void* certificates) noexcept -> CURLcode {
    if (certificates == nullptr) return CURLE_SSL_CERTPROBLEM;
    ::SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), static_cast<X509_STORE*>(certificates));
    return CURLE_OK;
  };
  set(CURLOPT_SSL_CTX_FUNCTION, give);
  set(CURLOPT_SSL_CTX_DATA, exchange.trusted.get());
}

// Uses libcurl's multi interface, because a stop request can end its waiting.
Result<> HttpClient::perform(Exchange& exchange, Deadline deadline, const std::function<bool()>& is_enough) {
  constexpr std::chrono::milliseconds kLongestWait{
      1000};  // libcurl cannot wait for our clock's deadline, so we look at it this often
  const std::stop_callback wake(exchange.call.stop, [this] { curl_multi_wakeup(curl_->multi); });
  while (!exchange.is_over) {
    if (exchange.call.stop.stop_requested()) return Error{Fault::Stopped, "stopped"};
    const SteadyTime now = clock_.steady();
    if (deadline.passed(now)) return Error{Fault::Retry, "no answer in time"};

    int running = 0;
    if (const CURLMcode code = curl_multi_perform(curl_->multi, &running); code != CURLM_OK)
      return Error{Fault::Retry, curl_multi_strerror(code)};
    exchange.is_over = running == 0;
    if (is_enough()) return {};
    if (exchange.is_over) break;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::min<std::chrono::nanoseconds>(deadline.left(now), kLongestWait));
    if (const CURLMcode code =
            curl_multi_poll(curl_->multi, nullptr, 0, static_cast<int>(left.count()), nullptr);
        code != CURLM_OK)
      return Error{Fault::Retry, curl_multi_strerror(code)};
  }
  return outcome(exchange);
}

// The result of an exchange that has ended.
Result<> HttpClient::outcome(Exchange& exchange) {
  int pending = 0;
  while (const CURLMsg* message = curl_multi_info_read(curl_->multi, &pending)) {
    if (message->msg == CURLMSG_DONE) exchange.code = message->data.result;
  }
  if (exchange.refused) return *exchange.refused;
  if (exchange.code == CURLE_OK && exchange.has_head) return {};
  // libcurl accepts an answer whose head is cut off.
  if (exchange.code == CURLE_OK) return Error{Fault::Retry, "the answer was cut off within its head"};
  const std::string_view words =
      exchange.words[0] != '\0' ? exchange.words : curl_easy_strerror(exchange.code);
  Error error{fault_of(exchange.code), std::string(words)};
  if (exchange.proxy.empty()) return error;
  return std::move(error).in("through proxy " + without_password(exchange.proxy));
}

}  // namespace headgate::net
