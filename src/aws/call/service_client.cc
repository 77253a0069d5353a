#include "aws/call/service_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "aws/call/http_date.h"
#include "aws/call/refusal.h"
#include "aws/call/sigv4.h"
#include "base/check.h"
#include "base/number.h"

namespace headgate::aws {
namespace {

// The parts of "https://host:port/path".
struct UrlParts {
  std::string scheme;  // including ://
  std::string authority;
  std::string path;
};

UrlParts parts_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  return {.scheme = std::string(url.substr(0, host)),
          .authority = std::string(url.substr(host, path - host)),
          .path = std::string(url.substr(path))};
}

bool is_host_prefix(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.';
  });
}

bool is_encoded_path(std::string_view path) {
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char byte) {
           return byte > ' ' && byte < 0x7f && byte != '?' && byte != '#';
         });
}

// Whether a checksum header already protects the body. S3 then needs no hash of the body over TLS.
bool is_guarded(const net::HttpHeaders& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    std::string name = header.first;
    std::transform(name.begin(), name.end(), name.begin(), [](char byte) {
      return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
    });
    return name == "content-md5" || name.starts_with("x-amz-checksum-");
  });
}

Answer answer_of(net::HttpResponse response, const ServiceRequest& request, Service service, Blame blame) {
  // an object's content may be anything, even a web page
  const bool is_read = service == Service::S3 && request.method == "GET";
  const bool is_late_refusal =
      response.is_success() && service == Service::S3 && !is_read && is_refusal_in_success(response.body);
  const bool is_others = response.is_success() && !is_read && is_web_page(response.body);
  Answer answer{.status = response.status, .blame = blame};
  if (!response.is_success() || is_late_refusal || is_others) {
    Refusal refusal = refusal_of(response);
    answer.code = std::move(refusal.code);
    answer.message = std::move(refusal.message);
    // S3's answers to HEAD have no body with a code, and only S3 sends the header that names a bucket's
    // region.
    answer.is_named = refusal.is_named || (service == Service::S3 && request.method == "HEAD") ||
                      response.header("x-amz-bucket-region").has_value();
    if (!answer.is_named && answer.message.empty())
      answer.message = "the answer does not look like the service's: a proxy or gateway may have sent it";
  }
  answer.headers = std::move(response.headers);
  answer.body = std::move(response.body);
  return answer;
}

// Whether to believe the Date of an answer. Over plain HTTP anybody between AWS and us can write that header.
// A request that we then sign for another time could be used at that time. Nobody is in between on loopback.
bool may_tell_time(std::string_view url) {
  if (url.starts_with("https://")) return true;
  const UrlParts parts = parts_of(url);
  const std::string_view host = std::string_view(parts.authority).substr(0, parts.authority.rfind(':'));
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

// How far AWS's clock is ahead of ours, judged by the answer's Date. None if the answer cannot be believed. A
// difference of a day is no drift: somebody may want requests that are signed for a later time.
std::optional<std::chrono::nanoseconds> skew_in(const Answer& answer, const Endpoint& endpoint,
                                                Timestamp now) {
  constexpr std::chrono::hours kSkewMax{24};
  if (!may_tell_time(endpoint.url)) return std::nullopt;
  const auto date = parse_http_date(answer.header("date"));
  if (!date || std::chrono::abs(*date - now) > kSkewMax) return std::nullopt;
  return *date - now;
}

// AWS allows a difference of 5 minutes, and S3 of 15.
bool is_off(std::chrono::nanoseconds skew, std::chrono::nanoseconds signed_with) {
  constexpr std::chrono::minutes kAllowed{4};
  return std::chrono::abs(skew - signed_with) >= kAllowed;
}

// Gives a code to a refused HEAD, since S3's answer to a HEAD has no body that says why.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
// An expired session is a "bad request" there, and our HEADs have few other reasons to be one. We renew the
// credentials and try again, while Fault::Invalid would be final. A header tells if the bucket is in another
// region. A clock that is wrong is "forbidden", as is all that a policy forbids; the answer's date tells the
// two apart.
void name_refusal_of_head(Answer& answer, const ServiceRequest& request, const Endpoint& endpoint,
                          bool is_clock_off) {
  if (endpoint.service != Service::S3 || request.method != "HEAD") return;
  if (answer.status == 403 && answer.code == "Forbidden" && is_clock_off) {
    answer.code = "RequestTimeTooSkewed";
    answer.message = "our clock differs from the date of the answer; S3 gives no reason for a refused HEAD";
  }
  const std::string_view region = answer.header("x-amz-bucket-region");
  const bool is_elsewhere = !region.empty() && region != endpoint.region;
  if (answer.status == 400 && answer.code == "BadRequest" && !is_elsewhere) {
    answer.code = "ExpiredToken";
    answer.message =
        "the session may have expired, or the request is wrong; S3 gives no reason for a refused HEAD";
  }
}

// How long AWS asks us to wait: seconds or a date (RFC 9110, 10.2.3), or the milliseconds of
// x-amz-retry-after. 0 if the answer does not say.
std::chrono::milliseconds retry_after(const Answer& answer, Timestamp now) {
  using std::chrono::milliseconds;
  const auto number = [](std::string_view text) -> std::optional<std::int64_t> {
    constexpr std::int64_t kMost = 1'000'000'000;
    const std::optional<std::int64_t> value = parse_number<std::int64_t>(text);
    if (!value || *value < 0) return std::nullopt;
    return std::min(*value, kMost);
  };
  if (const auto exact = number(answer.header("x-amz-retry-after"))) return milliseconds{*exact};
  const std::string_view said = answer.header("retry-after");
  if (const auto seconds = number(said)) return std::chrono::seconds{*seconds};
  if (const auto date = parse_http_date(said); date && *date > now)
    return std::chrono::ceil<milliseconds>(*date - now);
  return milliseconds{0};
}

// The result of one try.
struct Tried {
  std::optional<Answer> answer;  // none if the exchange failed
  Error error;                   // why the exchange failed
  RetryKind kind = RetryKind::Never;
};

struct Asked {
  const ServiceRequest& request;
  const Endpoint& endpoint;
  const Credentials& credentials;
  Blame blame;
  std::chrono::nanoseconds signed_with;  // the correction of our clock
};

// For an answer that does not look like the service's: whether the call was carried out is unknown, as if
// nobody had answered. The exceptions are four statuses that S3 itself sends without a body.
RetryKind kind_of_unnamed(RetryKind kind, int status) {
  const bool is_condition = status == 304 || status == 409 || status == 412 || status == 416;
  return kind == RetryKind::Never && !is_condition ? RetryKind::Transient : kind;
}

Tried tried_of(Result<net::HttpResponse> response, const Asked& asked, Timestamp now) {
  Tried tried;
  if (!response.ok()) {
    tried.error = std::move(response).error().in(asked.request.operation);
    const bool is_broken = tried.error.fault == Fault::Retry || tried.error.fault == Fault::Invalid;
    if (is_broken) tried.kind = RetryKind::Unanswered;
    tried.error.fault = fault_of_exchange(asked.blame, tried.error.fault);
    return tried;
  }
  tried.answer = answer_of(std::move(response).value(), asked.request, asked.endpoint.service, asked.blame);
  if (repeats_secret(tried.answer->code, asked.credentials, asked.request.secret)) {
    tried.answer->code = fmt::format("Http{}", tried.answer->status);
    tried.answer->is_named = false;  // no service repeats secrets
  }
  if (repeats_secret(tried.answer->message, asked.credentials, asked.request.secret))
    tried.answer->message = "the message is left out, since it repeats a secret";
  const auto skew = skew_in(*tried.answer, asked.endpoint, now);
  name_refusal_of_head(*tried.answer, asked.request, asked.endpoint,
                       skew && is_off(*skew, asked.signed_with));
  if (!tried.answer->is_success()) {
    tried.kind = retry_kind_of(asked.endpoint.service, tried.answer->status, tried.answer->code);
    if (!tried.answer->is_named) tried.kind = kind_of_unnamed(tried.kind, tried.answer->status);
  }
  return tried;
}

// What the caller gets if the last try failed.
Result<Answer> last(Tried tried, const ServiceRequest& request, std::uint32_t tries, Timestamp now) {
  const bool is_final = tried.kind != RetryKind::Throttled && tried.kind != RetryKind::Transient &&
                        tried.kind != RetryKind::Unanswered;
  if (tried.answer && is_final) return *std::move(tried.answer);
  Error error = tried.answer ? error_of(request, *tried.answer) : std::move(tried.error);
  if (!is_final) error.fault = Fault::Retry;
  if (tried.answer) error.retry_after = std::min(retry_after(*tried.answer, now), kRetryAfterMax);
  if (tries > 1) error.what += fmt::format(" (tried {} times)", tries);
  return error;
}

bool are_same(const Credentials& left, const Credentials& right) {
  return left.access_key_id == right.access_key_id && left.secret_access_key == right.secret_access_key &&
         left.session_token == right.session_token;
}

}  // namespace

std::string_view Answer::header(std::string_view name) const {
  return net::header_in(headers, name).value_or(std::string_view());
}

Error error_of(const ServiceRequest& request, const Answer& answer) {
  const Fault fault = fault_of_refusal(answer.blame, answer.status, answer.code);
  return Error{answer.is_named ? fault : Fault::Retry,
               fmt::format("{}: {}{}{}", request.operation, answer.code, answer.message.empty() ? "" : ": ",
                           answer.message)};
}

struct ServiceClient::State {
  explicit State(const Endpoint& endpoint)
      : url(parts_of(endpoint.url)),
        signer({.region = endpoint.region, .service = std::string(signing_name(endpoint.service))}) {}
  const UrlParts url;
  Signer signer;
  RetryQuota quota;
  std::atomic<std::int64_t> skew_ns{0};  // how far AWS's clock is ahead of ours
};

ServiceClient::ServiceClient(Deps deps, Endpoint endpoint, Options options)
    : deps_(deps),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      state_(std::make_unique<State>(endpoint_)) {}

ServiceClient::~ServiceClient() = default;

Result<Answer> ServiceClient::call(const ServiceRequest& request, Deadline deadline) {
  return attempts(request, deadline, [&](const net::HttpRequest& wire, Deadline attempt) {
    return deps_.http.send(
        wire, {.deadline = attempt, .stop = options_.stop, .body_bytes_max = options_.body_bytes_max});
  });
}

Result<Answer> ServiceClient::call_ok(const ServiceRequest& request, Deadline deadline) {
  Answer answer = TRY(call(request, deadline));
  if (!answer.is_success()) return error_of(request, answer);
  return answer;
}

Result<StreamedAnswer> ServiceClient::stream(const ServiceRequest& request, Deadline deadline) {
  const net::HttpCall call{
      .deadline = deadline, .stop = options_.stop, .body_bytes_max = options_.body_bytes_max};
  std::unique_ptr<ByteSource> body;
  const Exchange open = [&](const net::HttpRequest& wire, Deadline attempt) -> Result<net::HttpResponse> {
    net::HttpPool::Opened opened =
        TRY(deps_.http.open(wire, call, {.head = attempt, .silence_max = options_.attempt_max}));
    body = std::move(opened.body);
    return std::move(opened.head);
  };
  Answer answer = TRY(attempts(request, deadline, open));
  return StreamedAnswer{.answer = std::move(answer), .body = std::move(body)};
}

Result<Answer> ServiceClient::attempts(const ServiceRequest& request, Deadline deadline,
                                       const Exchange& exchange) {
  bool may_renew = true;  // each allows one more try, at once and free of cost, since the fault is ours
  bool may_correct = true;
  std::uint32_t failures = 0;
  std::uint32_t tries = 0;
  bool may_be_done = false;
  std::uint32_t paid = RetryQuota::kSuccess;
  const auto end = [&](Tried tried) { return last(std::move(tried), request, tries, deps_.clock.now()); };
  for (;;) {
    Result<Credentials> given = deps_.credentials.get(deadline);
    if (!given.ok()) {
      Error error = std::move(given).error().in(request.operation + ": credentials");
      error.fault = fault_of_credentials(options_.blame, error.fault);
      return error;
    }
    const Credentials credentials = std::move(given).value();
    const std::chrono::nanoseconds skew{state_->skew_ns.load()};
    const net::HttpRequest wire = TRY_IN(request.operation, signed_request(request, credentials, skew));
    const SteadyTime now = deps_.clock.steady();
    const Deadline attempt{std::min(deadline.at, now + options_.attempt_max)};
    Tried tried = tried_of(exchange(wire, attempt),
                           {.request = request,
                            .endpoint = endpoint_,
                            .credentials = credentials,
                            .blame = options_.blame,
                            .signed_with = skew},
                           deps_.clock.now());
    ++tries;
    if (tried.answer) tried.answer->may_be_repeated = may_be_done;
    may_be_done = may_be_done || tried.kind == RetryKind::Transient || tried.kind == RetryKind::Unanswered;
    if (tried.answer && tried.answer->is_success()) {
      state_->quota.give_back(paid);
      return *std::move(tried.answer);
    }
    switch (tried.kind) {
      case RetryKind::Never:
        return end(std::move(tried));
      case RetryKind::StaleCredentials: {
        deps_.credentials.forget(credentials);
        const Result<Credentials> others = deps_.credentials.get(deadline);
        const bool are_new = others.ok() && !are_same(*others, credentials);
        if (are_new && std::exchange(may_renew, false)) continue;
        // Credentials that were issued a moment ago may not be known everywhere yet.
        if (!others.ok() || error_of(request, *tried.answer).fault != Fault::Retry)
          return end(std::move(tried));
        break;
      }
      case RetryKind::SkewedClock:
        if (!corrects_clock(*tried.answer, skew) || !std::exchange(may_correct, false))
          return end(std::move(tried));
        continue;
      case RetryKind::Transient:
      case RetryKind::Unanswered:
      case RetryKind::Throttled:
        break;
    }
    ++failures;
    if (failures >= options_.attempts_max) return end(std::move(tried));
    paid = state_->quota.take(tried.kind);
    if (paid == 0) return end(std::move(tried));
    const Result<> waited = wait(tried.answer ? &*tried.answer : nullptr, failures, deadline);
    if (!waited.ok() && waited.error().fault == Fault::Stopped) return waited.error();
    if (!waited.ok()) return end(std::move(tried));
  }
}

Result<> ServiceClient::wait(const Answer* answer, std::uint32_t failures, Deadline deadline) {
  std::chrono::milliseconds pause = full_jitter(
      {.first = options_.backoff_first, .longest = options_.backoff_longest}, failures, deps_.random.next());
  if (answer != nullptr)
    pause = std::max(pause, std::min(retry_after(*answer, deps_.clock.now()), options_.backoff_longest));
  if (pause >= deadline.left(deps_.clock.steady()))
    return Error{Fault::Retry, "no time is left for another try"};
  if (deps_.clock.sleep(pause, options_.stop)) return Error{Fault::Stopped, "stopped"};
  return {};
}

// Corrects our clock and returns true if a refused signature can be due to it: if the clocks differ by more
// than AWS allows.
bool ServiceClient::corrects_clock(const Answer& answer, std::chrono::nanoseconds signed_with) {
  const auto skew = skew_in(answer, endpoint_, deps_.clock.now());
  if (!skew || !is_off(*skew, signed_with)) return false;
  state_->skew_ns.store(skew->count());
  return true;
}

Result<net::HttpRequest> ServiceClient::signed_request(const ServiceRequest& request,
                                                       const Credentials& credentials,
                                                       std::chrono::nanoseconds skew) {
  CHECK(request.host.empty() || !endpoint_.is_custom);
  if (!is_host_prefix(request.host) || !is_encoded_path(request.path))
    return Error{Fault::Invalid, "the host or the path contains characters that are not percent-encoded"};
  const UrlParts& url = state_->url;
  const std::string authority = request.host.empty() ? url.authority : request.host + "." + url.authority;
  const std::string path = url.path + request.path;
  const std::string query = canonical_query(request.query);
  const bool is_unsigned = endpoint_.service == Service::S3 && url.scheme == "https://" &&
                           !request.body.empty() && is_guarded(request.headers);
  const std::string payload = is_unsigned ? std::string(kUnsignedPayload) : sha256_hex(request.body);

  net::HttpRequest wire{.method = request.method,
                        .url = url.scheme + authority + path + (query.empty() ? "" : "?" + query),
                        .headers = request.headers,
                        .body = request.body};
  wire.headers.emplace_back("Host", authority);
  if (credentials.access_key_id.empty()) return wire;
  state_->signer.sign({.method = wire.method, .path = path, .query = query, .payload = payload}, credentials,
                      deps_.clock.now() + skew, wire.headers);
  return wire;
}

}  // namespace headgate::aws
