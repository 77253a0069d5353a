// Every client gets answers that only a proxy or gateway between the service and us would send. No client
// takes them as a fault of events, objects, messages or rows.
#include <gtest/gtest.h>

#include "aws/call/json_call.h"
#include "aws/credentials/sts.h"
#include "aws/logs/logs_sink.h"
#include "aws/s3/s3_store.h"
#include "fakes/aws_fixture.h"
#include "fakes/scripted_server.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;

struct Foreign {
  const char* name;
  int status;
  const char* headers;
  const char* body;
};
constexpr const char* kPage = "<!DOCTYPE html><html><body>Sign in to the guest network</body></html>";
constexpr Foreign kForeign[] = {
    {"a captive portal", 200, "Content-Type: text/html\r\n", kPage},
    {"a captive portal that redirects", 302, "Location: http://portal.example/\r\n", ""},
    {"a gateway's 400", 400, "Content-Type: text/html\r\n", "<html><h1>400 Bad Request</h1></html>"},
    {"an empty 400", 400, "", ""},
    {"a gateway's 401", 401, "WWW-Authenticate: Basic\r\n", "Unauthorized"},
    {"a firewall's 403", 403, "Content-Type: text/html\r\n", "<HTML>blocked by policy</HTML>"},
    {"an empty 403", 403, "", ""},
    {"a gateway's 404", 404, "Content-Type: text/plain\r\n", "404 page not found"},
    {"a default backend's 404", 404, "Content-Type: text/html\r\n", kPage},
    {"a proxy that wants a password", 407, "Proxy-Authenticate: Basic\r\n", ""},
    {"a gateway's limit", 413, "", "<html>413 Request Entity Too Large</html>"},
    {"a long URL", 414, "", ""},
    {"a service mesh", 421, "", "misdirected"},
    {"large headers", 431, "", ""},
    {"no upstream", 503, "", "no healthy upstream"},
    {"a JSON error without a code", 400, "Content-Type: application/json\r\n",
     R"({"message":"Bad Request"})"},
    {"a JSON error with a number", 400, "", R"({"code":400,"message":"no"})"},
    {"XML of another kind", 400, "Content-Type: text/xml\r\n", "<error>no</error>"},
    {"bytes", 400, "", "\x01\x02\xff"},
    {"an unknown status", 499, "", ""},
};

class ForeignAnswers : public testing::TestWithParam<Foreign> {
 protected:
  template <typename Settings>
  Settings settings(Blame blame) const {
    Settings made = deps_.settings<Settings>();
    made.client.attempts_max = 1;
    made.client.blame = blame;
    return made;
  }
  const Foreign& says_ = GetParam();
  ScriptedServer server_{[this](const std::string&, ScriptedServer::Answer& wire) {
    const std::string body = says_.body;
    wire.write("HTTP/1.1 " + std::to_string(says_.status) + " x\r\nConnection: close\r\n" + says_.headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }};
  fakes::AwsFixture deps_{server_.url()};
};

TEST_P(ForeignAnswers, AreNoOnesFaultInCloudWatchLogs) {
  const auto sink = LogsSink::open(deps_.deps(), settings<LogsSettings>(Blame::Tenant)).value();
  const std::vector<LogEvent> events{{1, "a"}, {2, "b"}};
  EXPECT_EQ(sink->put_events(LogGroup("/g"), LogStream("s"), events, deps_.soon()).error().fault,
            Fault::Retry);
  if (says_.status == 200) return;  // the next put shows what else the answer causes
  EXPECT_EQ(sink->create_group(LogGroup("/g"), deps_.soon()).error().fault, Fault::Retry);
  EXPECT_EQ(sink->create_stream(LogGroup("/g"), LogStream("s"), deps_.soon()).error().fault, Fault::Retry);
}

TEST_P(ForeignAnswers, AreNoOnesFaultInS3) {
  for (const Blame blame : {Blame::Us, Blame::Tenant}) {
    S3Settings bucket = settings<S3Settings>(blame);
    bucket.bucket = BucketName("bucket");
    const auto store = S3Store::open(deps_.deps(), std::move(bucket)).value();
    const ObjectKey key("a/b");
    for (const PutMode mode : {PutMode::Replace, PutMode::OnlyIfAbsent}) {
      const auto writer = store->open_writer(key, {.mode = mode}, deps_.soon()).value();
      ASSERT_TRUE(writer->append("text").ok());
      const auto put = writer->commit();
      ASSERT_FALSE(put.ok()) << "called stored";
      EXPECT_EQ(put.error().fault, Fault::Retry) << put.error().what;
    }
    const auto copied = store->copy({.bucket = BucketName("other"), .key = key}, key,
                                    {.mode = PutMode::Replace}, deps_.soon());
    ASSERT_FALSE(copied.ok()) << "called copied";
    EXPECT_EQ(copied.error().fault, Fault::Retry) << copied.error().what;
    const auto read = store->open_reader(key, std::nullopt, deps_.soon());
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().fault, Fault::Retry) << read.error().what;
    const auto listed = store->list("", ObjectKey(), 10, deps_.soon());
    ASSERT_FALSE(listed.ok());
    EXPECT_EQ(listed.error().fault, Fault::Retry) << listed.error().what;
  }
}

TEST_P(ForeignAnswers, AreNoTenantsFaultInSts) {
  const ServiceClient::Options options{.attempts_max = 1};
  Sts sts(deps_.deps(),
          endpoint_of(Service::Sts, "us-east-1", settings<LogsSettings>(Blame::Us).endpoints).value(),
          options);
  const RoleRequest role{.role_arn = "arn:aws:iam::111122223333:role/logs", .session_name = "one"};
  EXPECT_EQ(sts.assume_role(role, deps_.soon()).error().fault, Fault::Retry);
  EXPECT_EQ(sts.caller_identity(deps_.soon()).error().fault, Fault::Retry);
  const WebIdentityRequest web{.role_arn = role.role_arn, .session_name = "one", .token = "e30.e30.e30"};
  EXPECT_EQ(sts.assume_role_with_web_identity(web, deps_.soon()).error().fault, Fault::Retry);
}

TEST_P(ForeignAnswers, AreTriedAgainInSqsAndDynamoDb) {
  const auto options = settings<LogsSettings>(Blame::Us);
  for (const Service service : {Service::Sqs, Service::DynamoDb}) {
    ServiceClient client(deps_.deps(), endpoint_of(service, "us-east-1", options.endpoints).value(),
                         options.client);
    const auto answer = client.call_ok(json_request(kSqsProtocol, "DoIt", "{}"), deps_.soon());
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().fault, Fault::Retry) << answer.error().what;
  }
}

INSTANTIATE_TEST_SUITE_P(OfMany, ForeignAnswers, testing::ValuesIn(kForeign),
                         [](const auto& row) { return "Row" + std::to_string(row.index); });

}  // namespace
}  // namespace headgate::aws
