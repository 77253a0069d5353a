#include "net/http_client.h"
#include "base/mutex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"
#include "local/system_clock.h"

namespace headgate::net {
namespace {

using fakes::ScriptedServer;
using Answer = ScriptedServer::Answer;
using namespace std::chrono_literals;

class HttpClientTest : public testing::Test {
 protected:
  HttpCall call() const { return {.deadline = Deadline::after(clock_.steady(), 30s)}; }
  Library library_ = Library::open().value();
  local::SystemClock clock_;
  std::unique_ptr<HttpClient> client_ = HttpClient::open(library_, clock_, {}).value();
};

TEST_F(HttpClientTest, SendsMethodHeadersAndBodyAndReadsTheWholeAnswer) {
  std::string seen;
  ScriptedServer server([&](const std::string& request, Answer& answer) {
    seen = request;
    answer.write("HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n");
    answer.write("HTTP/1.1 418 Teapot\r\nX-Kind:  green \r\nContent-Length: 5\r\n\r\nhello");
  });
  const Result<HttpResponse> response = client_->send(
      {.method = "POST", .url = server.url() + "/a?b=c", .headers = {{"X-Own", "1"}}, .body = "{}"}, call());
  ASSERT_TRUE(response.ok()) << response.error().what;
  EXPECT_EQ(response->status, 418);
  EXPECT_FALSE(response->is_success());
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->header("x-kind"), "green");
  EXPECT_EQ(response->header("x-interim"), std::nullopt);
  EXPECT_TRUE(seen.starts_with("POST /a?b=c HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("X-Own: 1\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("Content-Type"), std::string::npos);
  EXPECT_EQ(seen.find("Expect"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{}"));
}

TEST_F(HttpClientTest, StreamsASuccessAndKeepsTheBodyOfARefusal) {
  ScriptedServer server([&](const std::string& request, Answer& answer) {
    if (request.starts_with("GET /no")) return answer.json(403, "forbidden");
    answer.start_stream();
    answer.chunk("one ");
    answer.chunk("two");
    answer.end_stream();
  });
  StringSink sink;
  int accepted = 0;
  const HttpStream stream{.body = sink, .on_accepted = [&] { ++accepted; }};
  const Result<HttpResponse> good = client_->stream({.url = server.url() + "/yes"}, call(), stream);
  ASSERT_TRUE(good.ok()) << good.error().what;
  EXPECT_EQ(sink.text, "one two");
  EXPECT_EQ(good->body, "");
  EXPECT_EQ(accepted, 1);
  const Result<HttpResponse> refused = client_->stream({.url = server.url() + "/no"}, call(), stream);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->body, "forbidden");
  EXPECT_EQ(sink.text, "one two");
  EXPECT_EQ(accepted, 1);
}

TEST_F(HttpClientTest, SaysRetryWhenTheAnswerBreaksOff) {
  for (const char* answer_text :
       {"", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Length: 1", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    ScriptedServer server([&](const std::string&, Answer& answer) { answer.write(answer_text); });
    const Result<HttpResponse> response = client_->send({.url = server.url()}, call());
    ASSERT_FALSE(response.ok()) << answer_text;
    EXPECT_EQ(response.error().fault, Fault::Retry) << response.error().what;
    EXPECT_FALSE(response.error().what.empty());
  }
}

// libcurl alone would repeat a request that a kept connection did not answer.
TEST_F(HttpClientTest, SendsAWriteOnceAlsoIfAKeptConnectionDies) {
  Mutex mutex;
  std::vector<std::string> asked;
  ScriptedServer server([&](const std::string& first, Answer& answer) {
    answer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    const std::string second = answer.next_request();  // carried out, but its answer is lost
    const MutexLock lock(mutex);
    for (const std::string& request : {first, second})
      if (!request.empty()) asked.push_back(request.substr(0, request.find(' ', request.find('/'))));
  });
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    ASSERT_TRUE(client_->send({.url = server.url() + "/first"}, call()).ok());
    const Result<HttpResponse> lost =
        client_->send({.method = method, .url = server.url() + "/change", .body = "x"}, call());
    ASSERT_FALSE(lost.ok()) << method;
    EXPECT_EQ(lost.error().fault, Fault::Retry) << lost.error().what;
    const MutexLock lock(mutex);
    EXPECT_EQ(std::count(asked.begin(), asked.end(), std::string(method) + " /change"), 1) << method;
  }
  for (const char* method : {"GET", "HEAD"}) {
    ASSERT_TRUE(client_->send({.url = server.url() + "/first"}, call()).ok());
    EXPECT_TRUE(client_->send({.method = method, .url = server.url() + "/look"}, call()).ok()) << method;
    client_ = HttpClient::open(library_, clock_, {}).value();
  }
}

TEST_F(HttpClientTest, SaysRetryWhenNoOneListens) {
  std::string url;
  {
    const ScriptedServer gone([](const std::string&, Answer&) {});
    url = gone.url();
  }
  const Result<HttpResponse> response = client_->send({.url = url}, call());
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().fault, Fault::Retry);
}

TEST_F(HttpClientTest, RefusesWhatIsNoHttpAddress) {
  for (const char* url : {"", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://"}) {
    const Result<HttpResponse> response = client_->send({.url = url}, call());
    ASSERT_FALSE(response.ok()) << url;
    EXPECT_EQ(response.error().fault, Fault::Invalid) << url << ": " << response.error().what;
  }
}

TEST_F(HttpClientTest, SendsNoHeaderThatWouldBeTwo) {
  ScriptedServer server([](const std::string&, Answer& answer) { answer.json(200, ""); });
  const net::HttpHeaders rows[] = {
      {{"X", "a\r\nEvil: 1"}}, {{"X\nEvil: 1", ""}}, {{"X", std::string("a\0b", 3)}}};
  for (const net::HttpHeaders& headers : rows) {
    const Result<HttpResponse> response = client_->send({.url = server.url(), .headers = headers}, call());
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().fault, Fault::Invalid);
  }
  EXPECT_FALSE(client_->send({.url = server.url() + "/" + std::string(300'000, 'x')}, call()).ok());
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, SendsThePathAsItIs) {
  ScriptedServer server([](const std::string&, Answer& answer) { answer.json(200, ""); });
  ASSERT_TRUE(client_->send({.url = server.url() + "/bucket/a/../b/./c//d"}, call()).ok());
  EXPECT_EQ(server.requests(), std::vector<std::string>{"GET /bucket/a/../b/./c//d HTTP/1.1"});
}

TEST_F(HttpClientTest, FollowsNoRedirect) {
  ScriptedServer server([](const std::string&, Answer& answer) {
    answer.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(client_->send({.url = server.url()}, call()).value().status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpClientTest, BoundsBodyAndHeaders) {
  ScriptedServer server([](const std::string& request, Answer& answer) {
    if (request.starts_with("GET /body")) return answer.json(200, std::string(101, 'x'));
    answer.write("HTTP/1.1 200 OK\r\n");
    for (int line = 0; line < 300; ++line) answer.write("X: " + std::string(1000, 'x') + "\r\n");
    answer.write("\r\n");
  });
  HttpCall small = call();
  small.body_bytes_max = 100;
  for (const char* path : {"/body", "/headers"}) {
    const Result<HttpResponse> response = client_->send({.url = server.url() + path}, small);
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().fault, Fault::Invalid);
    EXPECT_NE(response.error().what.find("longer than"), std::string::npos);
  }
}

TEST_F(HttpClientTest, StopsAtOnceInTheMiddleOfAStream) {
  ScriptedServer server([](const std::string&, Answer& answer) {
    answer.start_stream();
    answer.chunk("first");
    answer.hang();
  });
  std::stop_source stop;
  class StopAtFirst : public ByteSink {
   public:
    explicit StopAtFirst(std::stop_source& to_stop) : stop_(to_stop) {}
    Result<> append(std::string_view) override {
      stop_.request_stop();
      return {};
    }
    std::stop_source& stop_;
  } sink(stop);
  const Result<HttpResponse> response = client_->stream(
      {.url = server.url()}, {.deadline = Deadline::never(), .stop = stop.get_token()}, {.body = sink});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().fault, Fault::Stopped);
}

TEST_F(HttpClientTest, AThreadThatWaitsCanBeStoppedByAnother) {
  std::stop_source stop;
  ScriptedServer server([&](const std::string&, Answer& answer) {
    stop.request_stop();  // while the client waits for headers
    answer.hang();
  });
  const Result<HttpResponse> response =
      client_->send({.url = server.url()}, {.deadline = Deadline::never(), .stop = stop.get_token()});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().fault, Fault::Stopped);
}

TEST_F(HttpClientTest, GivesUpAtTheDeadline) {
  fakes::StillClock still;
  const auto client = HttpClient::open(library_, still, {}).value();
  ScriptedServer server([&](const std::string&, Answer& answer) {
    still.advance(10s);
    answer.hang();
  });
  const Result<HttpResponse> response =
      client->send({.url = server.url()}, {.deadline = Deadline::after(still.steady(), 9s)});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().fault, Fault::Retry);
  EXPECT_NE(response.error().what.find("in time"), std::string::npos);
}

TEST_F(HttpClientTest, AnErrorOfTheSinkEndsTheCallWithThatError) {
  ScriptedServer server([](const std::string&, Answer& answer) {
    answer.start_stream();
    answer.chunk("bytes");
    answer.hang();
  });
  class Refusing : public ByteSink {
   public:
    Result<> append(std::string_view) override { return Error{Fault::Invalid, "enough"}; }
  } sink;
  const Result<HttpResponse> response = client_->stream({.url = server.url()}, call(), {.body = sink});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().what, "enough");
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters) {
  std::string text;
  append_percent_encoded(text, "aZ09-._~ /?&=%+,!()\xC3\xA9");
  EXPECT_EQ(text, "aZ09-._~%20%2F%3F%26%3D%25%2B%2C%21%28%29%C3%A9");
}

}  // namespace
}  // namespace headgate::net
