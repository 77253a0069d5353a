#include "aws/call/service_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <optional>

#include "aws/call/http_date.h"
#include "aws/call/refusal.h"
#include "aws/call/sigv4.h"
#include "base/check.h"

namespace headgate::aws {
namespace {

// Of "https://host:port/path".
struct UrlParts {
  std::string scheme;  // with ://
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

// S3 need not be given the body's hash where TLS and a checksum guard it already.
bool is_guarded(const net::HttpHeaders& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    std::string name = header.first;
    std::transform(name.begin(), name.end(), name.begin(), [](char byte) {
      return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
    });
    return name == "content-md5" || name.starts_with("x-amz-checksum-");
  });
}

Answer answer_of(net::HttpResponse response, const ServiceRequest& request, Service service, Side side) {
  const bool is_read = service == Service::S3 && request.method == "GET";  // its body may be anything
  const bool is_late_refusal =
      response.is_success() && service == Service::S3 && !is_read && is_refusal_in_success(response.body);
  const bool is_others = response.is_success() && !is_read && is_web_page(response.body);
  Answer answer{.status = response.status, .side = side};
  if (!response.is_success() || is_late_refusal || is_others) {
    Refusal refusal = refusal_of(response);
    answer.code = std::move(refusal.code);
    answer.message = std::move(refusal.message);
    // S3's answers to HEAD have no body, and a bucket's region is named by S3 alone.
    answer.is_named = refusal.is_named || (service == Service::S3 && request.method == "HEAD") ||
                      response.header("x-amz-bucket-region").has_value();
    if (!answer.is_named && answer.message.empty())
      answer.message = "not in the service's words: a proxy or gateway may have answered";
  }
  answer.headers = std::move(response.headers);
  answer.body = std::move(response.body);
  return answer;
}

// Whose answers may say what time it is. Over plain HTTP anyone on the way can write a Date, and a request
// that is signed for another time can be used at that time. Loopback has no way that others are on.
bool may_tell_time(std::string_view url) {
  if (url.starts_with("https://")) return true;
  const UrlParts parts = parts_of(url);
  const std::string_view host = std::string_view(parts.authority).substr(0, parts.authority.rfind(':'));
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

// By how much AWS's clock, as the answer shows it, is ahead of ours. None when the answer is not to be
// believed: a clock that is a day off is no clock that drifted, and whoever signs for such a time signs in
// advance for whoever asked for it.
std::optional<std::chrono::nanoseconds> skew_in(const Answer& answer, const Endpoint& endpoint,
                                                Timestamp now) {
  constexpr std::chrono::hours kSkewMax{24};
  if (!may_tell_time(endpoint.url)) return std::nullopt;
  const auto date = parse_http_date(answer.header("date"));
  if (!date || std::chrono::abs(*date - now) > kSkewMax) return std::nullopt;
  return *date - now;
}

// What AWS allows is 5 minutes, and S3 15.
bool is_off(std::chrono::nanoseconds skew, std::chrono::nanoseconds signed_with) {
  constexpr std::chrono::minutes kAllowed{4};
  return std::chrono::abs(skew - signed_with) >= kAllowed;
}

// S3's answer to a HEAD has no body that says why.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html A session that has expired is a bad
// request there, and little else of what we ask is: worth other credentials and another time, where Invalid
// would be for ever; another region's is told by its header. A clock that is off is forbidden like all that a
// policy forbids: the answer's date tells them apart.
void name_refusal_of_head(Answer& answer, const ServiceRequest& request, const Endpoint& endpoint,
                          bool is_clock_off) {
  if (endpoint.service != Service::S3 || request.method != "HEAD") return;
  if (answer.status == 403 && answer.code == "Forbidden" && is_clock_off) {
    answer.code = "RequestTimeTooSkewed";
    answer.message = "by the answer's date: a HEAD is not told why";
  }
  const std::string_view region = answer.header("x-amz-bucket-region");
  const bool is_elsewhere = !region.empty() && region != endpoint.region;
  if (answer.status == 400 && answer.code == "BadRequest" && !is_elsewhere) {
    answer.code = "ExpiredToken";
    answer.message = "or whatever else S3 calls a bad request: a HEAD is not told why";
  }
}

// Seconds or a date (RFC 9110, 10.2.3), or the milliseconds of x-amz-retry-after.
std::chrono::milliseconds retry_after(const Answer& answer, Timestamp now) {
  using std::chrono::milliseconds;
  const auto number = [](std::string_view text) -> std::optional<std::int64_t> {
    constexpr std::int64_t kMost = 1'000'000'000;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return std::min(value, kMost);
  };
  if (const auto exact = number(answer.header("x-amz-retry-after"))) return milliseconds{*exact};
  const std::string_view said = answer.header("retry-after");
  if (const auto seconds = number(said)) return std::chrono::seconds{*seconds};
  if (const auto date = parse_http_date(said); date && *date > now)
    return std::chrono::ceil<milliseconds>(*date - now);
  return milliseconds{0};
}

// What one try came to.
struct Tried {
  std::optional<Answer> answer;  // none: the exchange failed
  Error error;                   // of the exchange
  RetryKind kind = RetryKind::Never;
};

struct Asked {
  const ServiceRequest& request;
  const Endpoint& endpoint;
  const Credentials& credentials;
  Side side;
  std::chrono::nanoseconds signed_with;  // our clock's correction
};

// Of what is not in the service's words. What has happened is not known, as when nobody answers. These four
// are what S3 says without words, too.
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
    tried.error.fault = fault_of_exchange(asked.side, tried.error.fault);
    return tried;
  }
  tried.answer = answer_of(std::move(response).value(), asked.request, asked.endpoint.service, asked.side);
  if (repeats_secret(tried.answer->code, asked.credentials, asked.request.secret)) {
    tried.answer->code = fmt::format("Http{}", tried.answer->status);
    tried.answer->is_named = false;  // no service does that
  }
  if (repeats_secret(tried.answer->message, asked.credentials, asked.request.secret))
    tried.answer->message = "its words repeat what is secret, and are left out";
  const auto skew = skew_in(*tried.answer, asked.endpoint, now);
  name_refusal_of_head(*tried.answer, asked.request, asked.endpoint,
                       skew && is_off(*skew, asked.signed_with));
  if (!tried.answer->is_success()) {
    tried.kind = retry_kind_of(asked.endpoint.service, tried.answer->status, tried.answer->code);
    if (!tried.answer->is_named) tried.kind = kind_of_unnamed(tried.kind, tried.answer->status);
  }
  return tried;
}

// The last try's end, when there is no other.
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
  const Fault fault = fault_of_refusal(answer.side, answer.status, answer.code);
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
  std::atomic<std::int64_t> skew_ns{0};  // what AWS's clock is ahead of ours
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
  bool may_renew = true;  // each of these gives one try more, at once and at no cost: the fault is ours
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
      error.fault = fault_of_credentials(options_.side, error.fault);
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
                            .side = options_.side,
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
        // Those that were given a moment ago may not be known everywhere yet.
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
  if (pause >= deadline.left(deps_.clock.steady())) return Error{Fault::Retry, "no time left"};
  if (deps_.clock.sleep(pause, options_.stop)) return Error{Fault::Stopped, "stopped"};
  return {};
}

// A refused signature may be a clock's fault too, when the clocks differ by what AWS does not allow.
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
    return Error{Fault::Invalid, "neither host nor path may hold what is not encoded"};
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
