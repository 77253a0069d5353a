#include "aws/lambda/lambda_runtime.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/mutex.h"
#include "fakes/scripted_server.h"
#include "local/system_clock.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;
using Answer = ScriptedServer::Answer;

class LambdaRuntimeTest : public testing::Test {
 protected:
  void SetUp() override {
    runtime_ = LambdaRuntime::open(library_, clock_, server_.url().substr(sizeof "http://" - 1)).value();
  }
  void answer_to(const std::string& request, Answer& answer) {
    const MutexLock lock(mutex_);
    last_request_ = request;
    answer.write(answer_);
  }
  void answer_with(std::string answer) {
    const MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  std::string last_request() {
    const MutexLock lock(mutex_);
    return last_request_;
  }
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  Mutex mutex_;
  std::string last_request_;
  std::string answer_ = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
  ScriptedServer server_{[this](const std::string& request, Answer& answer) { answer_to(request, answer); }};
  std::unique_ptr<LambdaRuntime> runtime_;
};

TEST_F(LambdaRuntimeTest, GivesTheNextEventAndHowLongItMayTake) {
  const std::int64_t until = clock_.now().milliseconds() + 60'000;
  answer_with("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 8476a536\r\nLambda-Runtime-Deadline-Ms: " +
              std::to_string(until) + "\r\nContent-Length: 2\r\n\r\n{}");
  const auto invocation = runtime_->next({});
  ASSERT_TRUE(invocation.ok()) << invocation.error().what;
  EXPECT_TRUE(last_request().starts_with("GET /2018-06-01/runtime/invocation/next ")) << last_request();
  EXPECT_EQ(invocation->request_id, "8476a536");
  EXPECT_EQ(invocation->event, "{}");
  const auto left = invocation->deadline.left(clock_.steady());
  EXPECT_GT(left, std::chrono::seconds{50});
  EXPECT_LE(left, std::chrono::seconds{61});
}

TEST_F(LambdaRuntimeTest, AnswersAndFails) {
  ASSERT_TRUE(runtime_->respond("8476a536", R"({"batchItemFailures":[]})").ok());
  EXPECT_TRUE(last_request().starts_with("POST /2018-06-01/runtime/invocation/8476a536/response "));
  EXPECT_TRUE(last_request().ends_with(R"({"batchItemFailures":[]})"));
  ASSERT_TRUE(runtime_->fail("8476a536", Error{Fault::Invalid, "event: no \"JSON\""}).ok());
  EXPECT_TRUE(last_request().starts_with("POST /2018-06-01/runtime/invocation/8476a536/error "));
  EXPECT_NE(last_request().find("Lambda-Runtime-Function-Error-Type: Headgate.Invalid\r\n"),
            std::string::npos);
  EXPECT_NE(last_request().find(R"("errorMessage":"event: no \"JSON\"")"), std::string::npos);
  ASSERT_TRUE(runtime_->fail_to_start(Error{Fault::Denied, "x"}).ok());
  EXPECT_TRUE(last_request().starts_with("POST /2018-06-01/runtime/init/error "));
}

TEST_F(LambdaRuntimeTest, AnswersOnceMoreWhenTheConnectionDies) {
  std::atomic<int> answers = 0;
  ScriptedServer server([&](const std::string& first, Answer& answer) {
    const bool is_first = answers++ == 0;
    if (is_first) return;  // closed without an answer
    EXPECT_TRUE(first.ends_with("done")) << first;
    answer.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  });
  auto runtime = LambdaRuntime::open(library_, clock_, server.url().substr(sizeof "http://" - 1)).value();
  EXPECT_TRUE(runtime->respond("8476a536", "done").ok());
  EXPECT_EQ(answers, 2);
}

TEST_F(LambdaRuntimeTest, SaysWhenTheApiRefuses) {
  answer_with("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  const auto refused = runtime_->respond("8476a536", "{}");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().what.find("413"), std::string::npos) << refused.error().what;
  EXPECT_FALSE(runtime_->next({}).ok());
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_FALSE(runtime_->next({}).ok()) << "an invocation without an id cannot be answered";
}

TEST_F(LambdaRuntimeTest, RefusesWhatIsNoAddress) {
  for (const char* api : {"", "http://127.0.0.1:9001", "host/path", "user@host"}) {
    EXPECT_FALSE(LambdaRuntime::open(library_, clock_, api).ok()) << api;
  }
}

}  // namespace
}  // namespace headgate::aws
