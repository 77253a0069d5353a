#include "aws/call/service_client.h"

#include <gtest/gtest.h>

#include <atomic>

#include "aws/call/http_date.h"
#include "aws/call/refusal.h"
#include "aws/call/retry_rules.h"
#include "base/mutex.h"
#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;
using Wire = ScriptedServer::Answer;
using namespace std::chrono_literals;

// A clock like StillClock that also records how long it was asked to wait.
class WaitingClock final : public fakes::StillClock {
 public:
  using StillClock::StillClock;
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(wait));
    return StillClock::sleep(wait, stop);
  }
  std::vector<std::chrono::milliseconds> waits;
};

// Makes every wait as long as it can be.
class MostRandom final : public Random {
 public:
  std::uint64_t next() override { return most; }
  std::uint64_t most = 0;
};

Credentials named(const std::string& key) {
  return {.access_key_id = key, .secret_access_key = "secret", .session_token = "token", .expires_at = {}};
}

class RotatedCredentials final : public CredentialsSource {
 public:
  Result<Credentials> get(Deadline) override {
    Credentials given = named("KEY" + std::to_string(number));
    if (!name.empty()) given.session_token = name;
    return given;
  }
  void forget(const Credentials&) override {
    if (may_renew) ++number;
    ++forgotten;
  }
  bool may_renew = true;
  std::string name;  // the session token; if empty, named() chooses it
  int number = 0;
  int forgotten = 0;
};

std::string http(int status, std::string_view body, std::string_view headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         std::string(body);
}

class ServiceClientTest : public testing::Test {
 protected:
  // Starts a server that gives these answers in turn, and then repeats the last one.
  void serve(const std::vector<std::string>& answers) {
    server_ = std::make_unique<ScriptedServer>([this, answers](const std::string& request, Wire& wire) {
      std::size_t at = 0;
      {
        const MutexLock lock(mutex_);
        at = seen_.size();
        seen_.push_back(request);
      }
      wire.write(answers[std::min(at, answers.size() - 1)]);
    });
  }
  ServiceClient client(Service service = Service::Logs) {
    const EndpointSettings settings{.url = server_->url(), .urls = {}};
    return ServiceClient({clock_, random_, pool_, credentials_},
                         endpoint_of(service, "eu-west-1", settings).value(), options_);
  }
  Deadline in_time() const { return Deadline::after(clock_.steady(), 1h); }
  std::size_t tries() {
    const MutexLock lock(mutex_);
    return seen_.size();
  }
  // The value of a header in the request with this number.
  std::string sent(std::size_t request, const std::string& name) {
    const MutexLock lock(mutex_);
    const std::string line = "\r\n" + name + ": ";
    const std::size_t at = seen_.at(request).find(line);
    if (at == std::string::npos) return {};
    return seen_[request].substr(at + line.size(), seen_[request].find("\r\n", at + 2) - at - line.size());
  }

  net::Library library_ = net::Library::open().value();
  WaitingClock clock_;
  MostRandom random_;
  net::HttpPool pool_{library_, clock_, {}};
  RotatedCredentials credentials_;
  ServiceClient::Options options_;
  Mutex mutex_;
  std::vector<std::string> seen_;  // guarded
  std::unique_ptr<ScriptedServer> server_;
};

const ServiceRequest kAsk{
    .operation = "AskThings", .headers = {{"X-Amz-Target", "Things.Ask"}}, .body = "{}"};

TEST_F(ServiceClientTest, SendsASignedRequest) {
  serve({http(200, "{\"good\":1}", "x-amzn-RequestId: r-1\r\n")});
  ServiceRequest request = kAsk;
  request.path = "/a%20b";
  request.query = {{"z", "1 2"}, {"a", ""}};
  const Result<Answer> answer = client().call(request, in_time());
  ASSERT_TRUE(answer.ok()) << answer.error().what;
  EXPECT_TRUE(answer->is_success());
  EXPECT_EQ(answer->body, "{\"good\":1}");
  EXPECT_EQ(answer->header("X-AMZN-RequestID"), "r-1");
  EXPECT_EQ(answer->header("nothing"), "");
  EXPECT_TRUE(seen_[0].starts_with("POST /a%20b?a=&z=1%202 HTTP/1.1\r\n")) << seen_[0];
  EXPECT_EQ("http://" + sent(0, "Host"), server_->url());
  EXPECT_EQ(sent(0, "X-Amz-Date"), "20270115T080000Z");
  EXPECT_EQ(sent(0, "X-Amz-Security-Token"), "token");
  EXPECT_TRUE(sent(0, "Authorization")
                  .starts_with("AWS4-HMAC-SHA256 Credential=KEY0/20270115/eu-west-1/logs/aws4_request, "
                               "SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target, "));
  EXPECT_EQ(sent(0, "X-Amz-Content-Sha256"), "");
}

TEST_F(ServiceClientTest, TellsS3TheHashOfTheBodyWithoutTls) {
  serve({http(200, "")});
  ServiceRequest put = kAsk;
  put.method = "PUT";
  put.headers = {{"x-amz-checksum-crc32c", "AAAAAA=="}};
  put.body = "";
  ASSERT_TRUE(client(Service::S3).call(put, in_time()).ok());
  EXPECT_EQ(sent(0, "X-Amz-Content-Sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(ServiceClientTest, TriesAgainWhatMayPass) {
  const std::string rows[] = {http(500, ""),
                              http(503, "<Error><Code>SlowDown</Code></Error>"),
                              http(400, R"({"__type":"ThrottlingException"})"),
                              http(400, "", "x-amzn-errortype: RequestTimeout:http://x\r\n"),
                              http(429, ""),
                              "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                              ""};
  for (const std::string& row : rows) {
    seen_.clear();
    serve({row, row, http(200, "done")});
    const Result<Answer> answer = client().call(kAsk, in_time());
    ASSERT_TRUE(answer.ok()) << row << answer.error().what;
    EXPECT_EQ(answer->body, "done");
    EXPECT_EQ(tries(), 3U) << row;
    server_.reset();
  }
}

TEST_F(ServiceClientTest, GivesBackARefusalThatTryingAgainWouldNotChange) {
  serve({http(
      400,
      R"({"__type":"com.amazonaws.logs#ResourceNotFoundException","message":"The log group is not there."})")});
  ServiceClient asked = client();
  const Result<Answer> answer = asked.call(kAsk, in_time());
  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->is_success());
  EXPECT_EQ(answer->code, "ResourceNotFoundException");
  EXPECT_EQ(answer->message, "The log group is not there.");
  const Result<Answer> strict = asked.call_ok(kAsk, in_time());
  ASSERT_FALSE(strict.ok());
  EXPECT_EQ(strict.error().fault, Fault::NotFound);
  EXPECT_EQ(strict.error().what, "AskThings: ResourceNotFoundException: The log group is not there.");
  EXPECT_EQ(tries(), 2U);
  EXPECT_TRUE(clock_.waits.empty());
}

TEST_F(ServiceClientTest, GivesUpAfterTheLastAttemptAndSaysWhatWasSaidLast) {
  serve({http(400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})")});
  const Result<Answer> answer = client().call(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Retry);
  EXPECT_EQ(answer.error().what, "AskThings: ThrottlingException: Rate exceeded (tried 3 times)");
  EXPECT_EQ(tries(), 3U);
}

TEST_F(ServiceClientTest, DoublesItsWaitsUpToTheLongest) {
  serve({http(500, "")});
  options_.attempts_max = 8;
  options_.backoff_longest = 9s;
  random_.most = 0;
  ASSERT_FALSE(client().call(kAsk, in_time()).ok());
  EXPECT_EQ(clock_.waits, std::vector<std::chrono::milliseconds>(7, 0ms));
  std::vector<std::chrono::milliseconds> ceilings;
  for (std::uint32_t failures = 1; failures <= 5; ++failures)
    ceilings.push_back(
        full_jitter({.first = 1s, .longest = 9s}, failures, failures == 5 ? 9000 : 1000U << (failures - 1)));
  EXPECT_EQ(ceilings, (std::vector<std::chrono::milliseconds>{1s, 2s, 4s, 8s, 9s}));
}

TEST_F(ServiceClientTest, WaitsAsLongAsItIsToldWithinReason) {
  const std::pair<const char*, std::chrono::milliseconds> rows[] = {
      {"Retry-After: 7\r\n", 7s},
      {"x-amz-retry-after: 1500\r\n", 1500ms},
      {"Retry-After: Fri, 15 Jan 2027 08:00:05 GMT\r\n", 5s},
      {"Retry-After: 86400\r\n", 20s},
      {"Retry-After: soon\r\n", 0s},
      {"Retry-After: -1\r\n", 0s},
  };
  for (const auto& [header, wait] : rows) {
    const auto clock_before = clock_.waits.size();
    seen_.clear();
    clock_.advance(-std::chrono::nanoseconds{clock_.steady().time_since_epoch()});
    serve({http(503, "", header), http(200, "")});
    ASSERT_TRUE(client().call(kAsk, in_time()).ok());
    ASSERT_EQ(clock_.waits.size(), clock_before + 1);
    EXPECT_EQ(clock_.waits.back(), wait) << header;
    server_.reset();
  }
}

TEST_F(ServiceClientTest, DoesNotWaitBeyondTheDeadline) {
  serve({http(503, "", "Retry-After: 10\r\n"), http(200, "")});
  const Result<Answer> answer = client().call(kAsk, Deadline::after(clock_.steady(), 10s));
  ASSERT_FALSE(answer.ok());
  EXPECT_TRUE(answer.error().what.starts_with("AskThings: ServiceUnavailable")) << answer.error().what;
  EXPECT_EQ(clock_.waits.size(), 0U);
  EXPECT_EQ(tries(), 1U);
}

TEST_F(ServiceClientTest, SaysInTheErrorHowLongItWasToldToWait) {
  const std::pair<const char*, std::chrono::milliseconds> rows[] = {
      {"Retry-After: 30\r\n", 30s}, {"Retry-After: 86400\r\n", kRetryAfterMax}, {"", 0s}};
  options_.attempts_max = 1;
  for (const auto& [header, wait] : rows) {
    seen_.clear();
    serve({http(503, "", header)});
    const Result<Answer> answer = client().call(kAsk, in_time());
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().retry_after, wait) << header;
    EXPECT_EQ(Error(answer.error()).in("where").retry_after, wait);
    server_.reset();
  }
}

TEST_F(ServiceClientTest, EndsATryThatTakesTooLongAndTriesAgain) {
  std::atomic<int> asked{0};
  server_ = std::make_unique<ScriptedServer>([&](const std::string&, Wire& wire) {
    if (++asked == 2) return wire.write(http(200, "late but here"));
    clock_.advance(6s);
    wire.hang();
  });
  options_.attempt_max = 5s;
  const Result<Answer> answer = client().call(kAsk, in_time());
  ASSERT_TRUE(answer.ok()) << answer.error().what;
  EXPECT_EQ(answer->body, "late but here");
}

TEST_F(ServiceClientTest, StopsTryingWhenTheQuotaIsSpentAndEarnsItBack) {
  options_.attempts_max = 1000;
  serve({http(500, "")});
  ServiceClient asked = client();
  ASSERT_FALSE(asked.call(kAsk, Deadline::after(clock_.steady(), 9999h)).ok());
  EXPECT_EQ(tries(), RetryQuota::kFull / RetryQuota::kCost + 1);
  ASSERT_FALSE(asked.call(kAsk, in_time()).ok());
  EXPECT_EQ(tries(), RetryQuota::kFull / RetryQuota::kCost + 2);
}

TEST_F(ServiceClientTest, SpendsNothingOnWhatWorksInTheEnd) {
  int asked = 0;
  server_ = std::make_unique<ScriptedServer>(
      [&](const std::string&, Wire& wire) { wire.write(++asked % 2 == 1 ? http(500, "") : http(200, "")); });
  ServiceClient patient = client();
  for (std::uint32_t call = 0; call < RetryQuota::kFull / RetryQuota::kCost + 5; ++call)
    ASSERT_TRUE(patient.call(kAsk, in_time()).ok()) << call;
}

TEST(RetryQuota, IsPaidBackBySuccessesAndNeverOverflows) {
  RetryQuota quota;
  EXPECT_EQ(quota.take(RetryKind::Unanswered), RetryQuota::kUnansweredCost);
  quota.give_back(1000);
  std::uint32_t takes = 0;
  while (quota.take(RetryKind::Throttled) != 0) ++takes;
  EXPECT_EQ(takes, RetryQuota::kFull / RetryQuota::kCost);
  for (std::uint32_t success = 0; success < RetryQuota::kCost; ++success) {
    EXPECT_EQ(quota.take(RetryKind::Throttled), 0U);
    quota.give_back(RetryQuota::kSuccess);
  }
  EXPECT_EQ(quota.take(RetryKind::Throttled), RetryQuota::kCost);
}

TEST_F(ServiceClientTest, CorrectsItsClockByAwssAndRemembers) {
  const std::string refused =
      http(403,
           "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: x"
           "</Message></Error></ErrorResponse>",
           "Date: Fri, 15 Jan 2027 09:30:00 GMT\r\n");
  serve({refused, http(200, "good"), http(200, "good")});
  ServiceClient asked = client(Service::Sts);
  const Result<Answer> answer = asked.call(kAsk, in_time());
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, "good");
  EXPECT_EQ(sent(0, "X-Amz-Date"), "20270115T080000Z");
  EXPECT_EQ(sent(1, "X-Amz-Date"), "20270115T093000Z");
  ASSERT_TRUE(asked.call(kAsk, in_time()).ok());
  EXPECT_EQ(sent(2, "X-Amz-Date"), "20270115T093000Z");
  EXPECT_TRUE(clock_.waits.empty());
}

TEST_F(ServiceClientTest, NobodyOnTheWayOfAPlainRequestMovesTheClock) {
  serve({http(403, R"({"__type":"InvalidSignatureException","message":"Signature expired"})",
              "Date: Fri, 15 Jan 2027 09:30:00 GMT\r\n")});
  net::HttpPool::Options through;
  through.client.proxies =
      std::make_shared<const net::ProxyRules>(net::ProxyRules::of({.http = server_->url()}).value());
  net::HttpPool pool(library_, clock_, std::move(through));
  const EndpointSettings plain{.url = "http://aws.invalid", .urls = {}};
  ServiceClient asked({clock_, random_, pool, credentials_},
                      endpoint_of(Service::Logs, "eu-west-1", plain).value(), options_);
  const Result<Answer> answer = asked.call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(tries(), 1U) << answer.error().what;
}

TEST_F(ServiceClientTest, CorrectsItsClockThoughAHeadIsNotToldWhyItIsRefused) {
  const ServiceRequest head{.operation = "HeadObject", .method = "HEAD", .path = "/bucket/key"};
  const std::string refusal = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nDate: Fri, 15 Jan 2027 ";
  serve({refusal + "09:30:00 GMT\r\n\r\n", http(200, "")});
  EXPECT_TRUE(client(Service::S3).call_ok(head, in_time()).ok());
  EXPECT_EQ(sent(1, "X-Amz-Date"), "20270115T093000Z");

  serve({refusal + "09:30:00 GMT\r\n\r\n", refusal + "09:30:01 GMT\r\n\r\n"});
  seen_.clear();
  const Result<Answer> forbidden = client(Service::S3).call_ok(head, in_time());
  ASSERT_FALSE(forbidden.ok());
  EXPECT_EQ(forbidden.error().fault, Fault::Denied) << "also by the right clock";
  EXPECT_EQ(tries(), 2U);
}

TEST_F(ServiceClientTest, BlamesNoClockForAWrongSecret) {
  serve({http(403, R"({"__type":"InvalidSignatureException","message":"wrong\nx-amz-security-token:abc"})",
              "Date: Fri, 15 Jan 2027 08:01:00 GMT\r\n")});
  const Result<Answer> answer = client().call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Denied);
  EXPECT_EQ(answer.error().what, "AskThings: InvalidSignatureException: wrong");
  EXPECT_EQ(tries(), 1U);
}

TEST_F(ServiceClientTest, RenewsExpiredCredentialsOnce) {
  serve({http(400, R"({"__type":"ExpiredTokenException"})"), http(200, "good")});
  ASSERT_TRUE(client().call_ok(kAsk, in_time()).ok());
  EXPECT_NE(sent(1, "Authorization").find("Credential=KEY1/"), std::string::npos);
  EXPECT_EQ(credentials_.forgotten, 1);

  server_.reset();
  seen_.clear();
  serve({http(400, R"({"__type":"ExpiredTokenException"})")});
  const Result<Answer> answer = client().call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Retry);
  EXPECT_EQ(tries(), 4U) << "one at once, and then as any failure: three";
}

TEST_F(ServiceClientTest, TakesABadRequestOfAHeadForExpiredCredentials) {
  const ServiceRequest head{.operation = "HeadObject", .method = "HEAD", .path = "/bucket/key"};
  const std::string refusal = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n";
  serve({refusal + "\r\n", http(200, "")});
  EXPECT_TRUE(client(Service::S3).call_ok(head, in_time()).ok());
  EXPECT_EQ(credentials_.forgotten, 1);

  serve({refusal + "x-amz-bucket-region: eu-west-1\r\n\r\n"});
  seen_.clear();
  const Result<Answer> refused = client(Service::S3).call_ok(head, in_time());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Retry) << refused.error().what;

  serve({refusal + "x-amz-bucket-region: us-east-1\r\n\r\n"});
  seen_.clear();
  const Result<Answer> elsewhere = client(Service::S3).call(head, in_time());
  ASSERT_TRUE(elsewhere.ok());
  EXPECT_EQ(elsewhere->code, "BadRequest");
  EXPECT_EQ(tries(), 1U);
}

TEST_F(ServiceClientTest, TriesOnWithCredentialsThatAreTooYoungToBeExpired) {
  credentials_.may_renew = false;
  serve({http(400, R"({"__type":"ExpiredTokenException"})"), http(200, "good")});
  EXPECT_TRUE(client().call_ok(kAsk, in_time()).ok());
  EXPECT_EQ(tries(), 2U);
}

TEST_F(ServiceClientTest, DoesNotRepeatItselfWithTheSameCredentials) {
  credentials_.may_renew = false;
  serve({http(403, R"({"__type":"UnrecognizedClientException"})")});
  const Result<Answer> answer = client().call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Denied);
  EXPECT_EQ(tries(), 1U);
  EXPECT_EQ(credentials_.forgotten, 1);
}

TEST_F(ServiceClientTest, StreamsASuccessAndKeepsARefusal) {
  serve({http(500, ""), http(200, "many bytes"), http(404, "<Error><Code>NoSuchKey</Code></Error>")});
  ServiceClient asked = client(Service::S3);
  ServiceRequest get{.operation = "GetObject", .method = "GET", .path = "/b/k"};
  Result<StreamedAnswer> streamed = asked.stream(get, in_time());
  ASSERT_TRUE(streamed.ok()) << streamed.error().what;
  ASSERT_TRUE(streamed->answer.is_success());
  char bytes[64];
  std::string body;
  for (;;) {
    const Result<std::size_t> count = streamed->body->read(bytes);
    ASSERT_TRUE(count.ok()) << count.error().what;
    if (*count == 0) break;
    body.append(bytes, *count);
  }
  EXPECT_EQ(body, "many bytes");
  const Result<StreamedAnswer> refused = asked.stream(get, in_time());
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->answer.code, "NoSuchKey");
  EXPECT_EQ(refused->body, nullptr);
}

TEST_F(ServiceClientTest, SeesTheErrorInsideASuccessOfS3) {
  const std::string late = http(200, "  <?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>");
  serve({late, http(200, "<CopyObjectResult/>"), late});
  ServiceClient asked = client(Service::S3);
  ServiceRequest copy{.operation = "CopyObject", .method = "PUT", .path = "/b/k"};
  ASSERT_TRUE(asked.call(copy, in_time()).ok());
  EXPECT_EQ(tries(), 2U);
  copy.method = "GET";  // an object's content may be anything
  EXPECT_TRUE(asked.call_ok(copy, in_time()).ok());
}

TEST_F(ServiceClientTest, EndsAtOnceWhenStopped) {
  serve({http(500, "")});
  std::stop_source stop;
  options_.stop = stop.get_token();
  stop.request_stop();
  const Result<Answer> answer = client().call(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Stopped);
}

TEST_F(ServiceClientTest, SendsNothingThatIsNotEncoded) {
  serve({http(200, "")});
  for (const char* path : {"", "no-slash", "/a b", "/a?b", "/a#b", "/\xc3\xa9"}) {
    ServiceRequest request = kAsk;
    request.path = path;
    const Result<Answer> answer = client().call(request, in_time());
    ASSERT_FALSE(answer.ok()) << path;
    EXPECT_EQ(answer.error().fault, Fault::Invalid);
  }
  EXPECT_EQ(tries(), 0U);
}

TEST(Refusal, IsReadInEveryProtocol) {
  struct Row {
    net::HttpResponse response;
    std::string code;
    std::string message;
  };
  const std::string hostile(600, 'm');
  const Row rows[] = {
      {{400,
        {},
        R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"})"},
       "ConditionalCheckFailedException",
       "The conditional request failed"},
      {{400, {}, R"({"__type":"AccessDeniedException","Message":"User: x is not authorized"})"},
       "AccessDeniedException",
       "User: x is not authorized"},
      {{400, {{"X-Amzn-ErrorType", "ValidationException:http://internal/"}}, R"({"message":"no"})"},
       "ValidationException",
       "no"},
      {{403,
        {},
        "<?xml version=\"1.0\"?>\n<ErrorResponse "
        "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
        "<Code>AccessDenied</Code><Message>not &amp; "
        "authorized</Message></Error><RequestId>r</RequestId></ErrorResponse>"},
       "AccessDenied",
       "not & authorized"},
      {{404, {}, "<Error><Code>NoSuchBucket</Code><Message>gone</Message><BucketName>b</BucketName></Error>"},
       "NoSuchBucket",
       "gone"},
      {{403,
        {},
        "<Response><Errors><Error><Code>AuthFailure</Code><Message>m</Message></Error></Errors></Response>"},
       "AuthFailure",
       "m"},
      {{404, {}, ""}, "NotFound", ""},
      {{412, {}, ""}, "PreconditionFailed", ""},
      {{418, {}, "<html><body>teapot</body></html>"}, "Http418", ""},
      {{502, {}, "not { json"}, "Http502", ""},
      {{400, {}, R"({"__type":"evil code\nwith lines","message":"one\ntwo"})"}, "BadRequest", "one"},
      {{400, {}, R"({"__type":7,"message":["x"]})"}, "BadRequest", ""},
      {{400, {}, "{\"__type\":\"A\",\"message\":\"" + hostile + "\"}"}, "A", hostile.substr(0, 512)},
      {{400, {}, "{\"__type\":\"A\",\"message\":\"" + std::string(70'000, 'm') + "\"}"}, "BadRequest", ""},
      {{403, {}, R"({"__type":"IncompleteSignatureException","message":"'abc' is no Signature=..."})"},
       "IncompleteSignatureException",
       ""},
  };
  for (const Row& row : rows) {
    const Refusal refusal = refusal_of(row.response);
    EXPECT_EQ(refusal.code, row.code) << row.response.body.substr(0, 200);
    EXPECT_EQ(refusal.message, row.message) << row.response.body.substr(0, 200);
  }
}

TEST(Refusal, MeansToTheCaller) {
  struct Row {
    int status;
    const char* code;
    Fault ours;
    Fault tenants;
    RetryKind kind;
  };
  constexpr Fault kRetry = Fault::Retry;
  constexpr Fault kDenied = Fault::Denied;
  constexpr Fault kNotFound = Fault::NotFound;
  constexpr Fault kInvalid = Fault::Invalid;
  const Row rows[] = {
      {400, "ThrottlingException", kRetry, kRetry, RetryKind::Throttled},
      {503, "SlowDown", kRetry, kRetry, RetryKind::Throttled},
      {429, "AnythingAtAll", kRetry, kRetry, RetryKind::Throttled},
      {500, "InternalError", kRetry, kRetry, RetryKind::Transient},
      {500, "AccessDenied", kRetry, kRetry, RetryKind::Transient},
      {501, "NotImplemented", kInvalid, kInvalid, RetryKind::Never},
      {400, "RequestTimeout", kRetry, kRetry, RetryKind::Transient},
      {400, "ExpiredTokenException", kRetry, kRetry, RetryKind::StaleCredentials},
      {403, "RequestTimeTooSkewed", kRetry, kRetry, RetryKind::SkewedClock},
      {400, "BadDigest", kDenied, kRetry, RetryKind::Never},
      {400, "XAmzContentSHA256Mismatch", kDenied, kRetry, RetryKind::Never},
      {400, "InvalidIdentityToken", kRetry, kRetry, RetryKind::Transient},
      {307, "TemporaryRedirect", kRetry, kRetry, RetryKind::Transient},

      {403, "InvalidClientTokenId", kDenied, kRetry, RetryKind::StaleCredentials},
      {400, "UnrecognizedClientException", kDenied, kRetry, RetryKind::StaleCredentials},
      {403, "InvalidAccessKeyId", kDenied, kRetry, RetryKind::StaleCredentials},
      {400, "InvalidToken", kDenied, kRetry, RetryKind::StaleCredentials},
      {403, "SignatureDoesNotMatch", kDenied, kRetry, RetryKind::SkewedClock},
      {400, "InvalidSignatureException", kDenied, kRetry, RetryKind::SkewedClock},
      {401, "AuthFailure", kDenied, kRetry, RetryKind::SkewedClock},
      {403, "MissingAuthenticationToken", kDenied, kRetry, RetryKind::Never},
      {400, "IncompleteSignature", kDenied, kRetry, RetryKind::Never},
      {400, "AuthorizationHeaderMalformed", kDenied, kRetry, RetryKind::Never},

      {400, "AccessDeniedException", kDenied, kDenied, RetryKind::Never},
      {403, "AccessDenied", kDenied, kDenied, RetryKind::Never},
      {403, "Forbidden", kDenied, kDenied, RetryKind::Never},
      {403, "AllAccessDisabled", kDenied, kDenied, RetryKind::Never},
      {403, "OptInRequired", kDenied, kDenied, RetryKind::Never},
      {400, "KMS.AccessDeniedException", kDenied, kDenied, RetryKind::Never},
      {400, "UnauthorizedOperation", kDenied, kDenied, RetryKind::Never},
      {400, "ResourceNotFoundException", kNotFound, kNotFound, RetryKind::Never},
      {404, "NoSuchKey", kNotFound, kNotFound, RetryKind::Never},
      {400, "AWS.SimpleQueueService.NonExistentQueue", kNotFound, kNotFound, RetryKind::Never},
      {400, "InvalidParameterException", kInvalid, kInvalid, RetryKind::Never},
      {412, "PreconditionFailed", kInvalid, kInvalid, RetryKind::Never},
      {400, "LimitExceededException", kDenied, kDenied, RetryKind::Never},
      {301, "PermanentRedirect", kDenied, kDenied, RetryKind::Never},
      {400, "PackedPolicyTooLarge", kDenied, kDenied, RetryKind::Never},
      {400, "ACodeOfTomorrow", kDenied, kDenied, RetryKind::Never},
  };
  for (const Row& row : rows) {
    const Error ours = error_of(kAsk, {.status = row.status, .code = row.code});
    EXPECT_EQ(ours.fault, row.ours) << row.code;
    EXPECT_EQ(ours.what, std::string("AskThings: ") + row.code);
    const Error tenants = error_of(kAsk, {.status = row.status, .code = row.code, .blame = Blame::Tenant});
    EXPECT_EQ(tenants.fault, row.tenants) << row.code;
    EXPECT_EQ(retry_kind_of(Service::Logs, row.status, row.code), row.kind) << row.code;
  }
  EXPECT_EQ(retry_kind_of(Service::DynamoDb, 400, "LimitExceededException"), RetryKind::Throttled);
  EXPECT_EQ(error_of(kAsk, {.status = 599, .code = "Http599"}).fault, Fault::Retry);
}

TEST(Refusal, OfAnUntrustedCertificateIsTheTenantsNowhere) {
  EXPECT_EQ(fault_of_exchange(Blame::Us, Fault::Denied), Fault::Denied);
  EXPECT_EQ(fault_of_exchange(Blame::Tenant, Fault::Denied), Fault::Retry);
  EXPECT_EQ(fault_of_exchange(Blame::Tenant, Fault::Stopped), Fault::Stopped);
  EXPECT_EQ(fault_of_exchange(Blame::Tenant, Fault::Invalid), Fault::Retry);
  EXPECT_EQ(fault_of_exchange(Blame::Us, Fault::Invalid), Fault::Retry);
}

TEST(Refusal, OfCredentialsIsNeverOfTheRequest) {
  for (const Fault fault : {Fault::Invalid, Fault::NotFound}) {
    EXPECT_EQ(fault_of_credentials(Blame::Us, fault), Fault::Denied);
    EXPECT_EQ(fault_of_credentials(Blame::Tenant, fault), Fault::Retry);
  }
  for (const Fault fault : {Fault::Retry, Fault::Denied, Fault::Stopped})
    EXPECT_EQ(fault_of_credentials(Blame::Tenant, fault), fault);
}

TEST(Refusal, IsTheServicesOnlyInTheServicesWords) {
  for (const char* body :
       {"", "  ", "<html><body>400 Bad Request</body></html>", "no healthy upstream", R"({"message":"no"})",
        "[]", R"({"code":400,"message":"no"})", "<Response><Errors><Error/></Errors></Response>"})
    EXPECT_FALSE(refusal_of({.status = 400, .headers = {}, .body = body}).is_named) << body;
  EXPECT_TRUE(refusal_of({.status = 400, .headers = {}, .body = R"({"__type":"a.b#C"})"}).is_named);
  EXPECT_TRUE(refusal_of({.status = 400, .headers = {{"X-Amzn-ErrorType", "C:x"}}, .body = {}}).is_named);
  for (const char* page : {"<html>", " \n<!DOCTYPE HTML PUBLIC>", "<HTML lang=en>"})
    EXPECT_TRUE(is_web_page(page));
  for (const char* other : {"", "<", "<htm", "<CopyObjectResult/>", "{\"a\":\"<html>\"}"})
    EXPECT_FALSE(is_web_page(other)) << other;
}

TEST(Refusal, NoMessageThatRepeatsASecretIsKept) {
  const Credentials credentials{.access_key_id = "AKIDEXAMPLE",
                                .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                .session_token = "FwoGZXIvYXdzEBYaDK+abc/def==",
                                .expires_at = {}};
  for (const char* message : {"you sent wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "cut off: FwoGZXIvYXdz",
                              "...EBYaDK%2Babc%2Fdef%3D", "the token eyJhbGciOiJSUzI1NiJ9.e30 is no good",
                              "AWS4-HMAC-SHA256 Credential=A/b, Signature=0123",
                              "X-Amz-Security-Token: short", "Authorization: none"})
    EXPECT_TRUE(repeats_secret(message, credentials, "eyJhbGciOiJSUzI1NiJ9.e30.sig")) << message;
  for (const char* message :
       {"",
        "User: arn:aws:sts::111122223333:assumed-role/logs/s is not authorized to perform: logs:PutLogEvents",
        "The security token included in the request is invalid.", "AKIDEXAMPLE does not exist", "EXAMPLE"})
    EXPECT_FALSE(repeats_secret(message, credentials, "eyJhbGciOiJSUzI1NiJ9.e30.sig")) << message;
  EXPECT_FALSE(repeats_secret("anything", {}, {}));
}

TEST_F(ServiceClientTest, AnErrorHoldsNoSecretThatTheServerEchoes) {
  serve({http(
      403, "<Error><Code>AccessDenied</Code><Message>sent: X-Amz-Security-Token: token</Message></Error>")});
  const Result<Answer> answer = client(Service::S3).call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().what,
            "AskThings: AccessDenied: the message is left out, since it repeats a secret");
}

TEST_F(ServiceClientTest, NorIntoACode) {
  credentials_.name = "A-LONG-SESSION-TOKEN-OF-OURS";
  serve({http(400, R"({"__type":"LONG-SESSION-TOKEN","message":"no"})")});
  const Result<Answer> answer = client().call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Retry);
  EXPECT_EQ(answer.error().what.find("LONG"), std::string::npos) << answer.error().what;
}

TEST_F(ServiceClientTest, AClockIsNotMovedByMoreThanADay) {
  const std::string refusal = R"({"__type":"InvalidSignatureException","message":"Signature expired"})";
  // the test's clock shows Fri, 15 Jan 2027 08:00:00
  serve({http(403, refusal, "Date: Sun, 17 Jan 2027 08:00:01 GMT\r\n")});
  const Result<Answer> answer = client().call_ok(kAsk, in_time());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(tries(), 1U);
  EXPECT_TRUE(sent(0, "X-Amz-Date").starts_with("20270115T")) << sent(0, "X-Amz-Date");
}

TEST(HttpDate, IsReadInItsOneForm) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), parse_rfc3339("1994-11-06T08:49:37Z"));
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nex 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT "})
    EXPECT_FALSE(parse_http_date(text).has_value()) << text;
}

}  // namespace
}  // namespace headgate::aws
