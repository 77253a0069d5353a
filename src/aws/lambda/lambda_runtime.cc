#include "aws/lambda/lambda_runtime.h"

#include "base/number.h"
#include "model/text/json_text.h"

namespace headgate::aws {
namespace {

constexpr std::chrono::seconds kPostMax{10};
constexpr std::size_t kEventBytesMax = 8U << 20U;

std::string_view type_of(Fault fault) {
  switch (fault) {
    case Fault::Retry:
      return "Headgate.Retry";
    case Fault::Denied:
      return "Headgate.Denied";
    case Fault::NotFound:
      return "Headgate.NotFound";
    default:
      return "Headgate.Invalid";
  }
}

}  // namespace

Result<std::unique_ptr<LambdaRuntime>> LambdaRuntime::open(const net::Library& library, Clock& clock,
                                                           std::string_view api) {
  if (api.empty() || api.find_first_of("/ ?#@") != std::string_view::npos)
    return Error{Fault::Invalid,
                 "AWS_LAMBDA_RUNTIME_API: not a host and port; mode lambda works only inside AWS Lambda"};
  net::HttpClient::Options options;
  options.connect_max = std::chrono::seconds{5};
  auto client = TRY(net::HttpClient::open(library, clock, std::move(options)));
  return std::unique_ptr<LambdaRuntime>(
      new LambdaRuntime(clock, "http://" + std::string(api) + "/2018-06-01/runtime", std::move(client)));
}

LambdaRuntime::LambdaRuntime(Clock& clock, std::string base, std::unique_ptr<net::HttpClient> client)
    : clock_(clock), base_(std::move(base)), client_(std::move(client)) {}

Result<LambdaRuntime::Invocation> LambdaRuntime::next(const std::stop_token& stop) {
  net::HttpResponse response =
      TRY_IN("next invocation",
             client_->send({.url = base_ + "/invocation/next"},
                           {.deadline = Deadline::never(), .stop = stop, .body_bytes_max = kEventBytesMax}));
  if (!response.is_success())
    return Error{Fault::Retry, "next invocation: status " + std::to_string(response.status)};
  Invocation invocation;
  invocation.request_id = response.header("Lambda-Runtime-Aws-Request-Id").value_or("");
  if (invocation.request_id.empty()) return Error{Fault::Retry, "next invocation: no request id"};
  std::string_view until = response.header("Lambda-Runtime-Deadline-Ms").value_or("");
  if (const auto until_ms = take_leading_number<std::int64_t>(until)) {
    const std::int64_t now_ms = clock_.now().milliseconds();
    constexpr std::int64_t kLongestMs = 24LL * 3600 * 1000;
    const std::int64_t left_ms =
        std::clamp<std::int64_t>(std::max<std::int64_t>(*until_ms, 0) - now_ms, 0, kLongestMs);
    invocation.deadline = Deadline::after(clock_.steady(), std::chrono::milliseconds(left_ms));
  }
  invocation.event = std::move(response.body);
  return invocation;
}

Result<> LambdaRuntime::respond(const std::string& request_id, std::string_view response) {
  return post("/invocation/" + request_id + "/response", response, {});
}

Result<> LambdaRuntime::fail(const std::string& request_id, const Error& error) {
  return post_error("/invocation/" + request_id + "/error", error);
}

Result<> LambdaRuntime::fail_to_start(const Error& error) {
  return post_error("/init/error", error);
}

Result<> LambdaRuntime::post_error(const std::string& path, const Error& error) {
  std::string body = R"({"errorMessage":)";
  append_json_string(body, error.what);
  body += R"(,"errorType":)";
  append_json_string(body, type_of(error.fault));
  body += R"(,"stackTrace":[]})";
  return post(path, body, {{"Lambda-Runtime-Function-Error-Type", std::string(type_of(error.fault))}});
}

Result<> LambdaRuntime::post(const std::string& path, std::string_view body, net::HttpHeaders headers) {
  headers.emplace_back("Content-Type", "application/json");
  const net::HttpRequest request{
      .method = "POST", .url = base_ + path, .headers = std::move(headers), .body = body};
  const auto send = [&] {
    return client_->send(request, {.deadline = Deadline::after(clock_.steady(), kPostMax)});
  };
  Result<net::HttpResponse> sent = send();
  // An invocation without an answer counts as failed, and all of its messages would come again. Answering
  // twice is safe, since the second answer is refused.
  if (!sent.ok() && sent.error().fault == Fault::Retry) sent = send();
  const net::HttpResponse response = TRY_IN(path, std::move(sent));
  if (!response.is_success())
    return Error{Fault::Retry, path + ": status " + std::to_string(response.status)};
  return {};
}

}  // namespace headgate::aws
