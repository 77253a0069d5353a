#include "net/http_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fakes/scripted_server.h"
#include "fakes/still_clock.h"
#include "fakes/waiting.h"
#include "local/system_clock.h"

namespace headgate::net {
namespace {

using fakes::ScriptedServer;
using Answer = ScriptedServer::Answer;
using namespace std::chrono_literals;

class HttpPoolTest : public testing::Test {
 protected:
  HttpCall call() const { return {.deadline = Deadline::after(clock_.steady(), 30s)}; }
  static std::string rest_of(ByteSource& body, std::size_t piece = 1000) {
    std::string text;
    std::vector<char> buffer(piece);
    for (;;) {
      const Result<std::size_t> taken = body.read(buffer);
      if (!taken.ok()) return text + " error: " + taken.error().what;
      if (*taken == 0) return text;
      text.append(buffer.data(), *taken);
    }
  }
  Library library_ = Library::open().value();
  local::SystemClock clock_;
  HttpPool pool_{library_, clock_, {}};
};

// Answers all requests on a connection until the client closes it.
class KeepAliveServer {
 public:
  std::string url() const { return server_.url(); }
  std::size_t connections() const { return server_.requests().size(); }
  int answered() const { return answered_; }

 private:
  void answer_all(const std::string& first, Answer& answer) {
    for (std::string request = first; !request.empty(); request = answer.next_request()) {
      ++answered_;
      answer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    }
  }
  std::atomic<int> answered_ = 0;
  ScriptedServer server_{[this](const std::string& first, Answer& answer) { answer_all(first, answer); }};
};

TEST_F(HttpPoolTest, ExchangesOneAfterTheOtherShareAConnection) {
  KeepAliveServer server;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pool_.send({.url = server.url() + "/sent"}, call()).value().body, "hello");
    const HttpPool::Opened opened = pool_.open({.url = server.url() + "/opened"}, call()).value();
    EXPECT_EQ(rest_of(*opened.body), "hello");  // at the end of the body the connection is free, although the
                                                // body object still exists
    EXPECT_EQ(pool_.send({.url = server.url() + "/sent"}, call()).value().body, "hello");
  }
  EXPECT_EQ(server.answered(), 9);
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpPoolTest, ManyThreadsExchangeAtTheSameTime) {
  constexpr int kThreads = 8;
  fakes::Latch all_here(kThreads);
  ScriptedServer server([&](const std::string& request, Answer& answer) {
    all_here.arrive_and_wait();  // answers nobody before all have asked
    answer.json(200, request.substr(0, request.find(" HTTP")));
  });
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const std::string path = "/" + std::to_string(i);
        if (i % 2 == 0) {
          right += pool_.send({.url = server.url() + path}, call()).value().body == "GET " + path ? 1 : 0;
        } else {
          const HttpPool::Opened opened = pool_.open({.url = server.url() + path}, call()).value();
          right += rest_of(*opened.body) == "GET " + path ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, kThreads);
}

TEST_F(HttpPoolTest, GivesABodyWhileItArrives) {
  fakes::Latch first_was_read(1);
  ScriptedServer server([&](const std::string&, Answer& answer) {
    answer.write("HTTP/1.1 200 OK\r\nX-Kind: green\r\nContent-Length: 11\r\n\r\nfirst");
    first_was_read.wait();
    answer.write("second");
  });
  const HttpPool::Opened opened = pool_.open({.url = server.url()}, call()).value();
  EXPECT_EQ(opened.head.status, 200);
  EXPECT_EQ(opened.head.header("x-kind"), "green");
  EXPECT_EQ(opened.head.body, "");
  char buffer[100];
  std::string text;
  while (text.size() < 5) text.append(buffer, opened.body->read(buffer).value());
  EXPECT_EQ(text, "first");
  first_was_read.count_down();
  EXPECT_EQ(rest_of(*opened.body), "second");
  EXPECT_EQ(opened.body->read(buffer).value(), 0U);  // and once more
}

TEST_F(HttpPoolTest, GivesTheSameBytesInPiecesOfAnySize) {
  std::string large(1U << 20U, 'x');
  for (std::size_t i = 0; i < large.size(); i += 3) large[i] = static_cast<char>('a' + (i * 7919 >> 5U) % 26);
  ScriptedServer server([&](const std::string& request, Answer& answer) {
    if (!request.starts_with("GET /chunked")) return answer.json(200, large);
    answer.start_stream();
    for (std::size_t at = 0; at < large.size(); at += 50'000) answer.chunk(large.substr(at, 50'000));
    answer.end_stream();
  });
  for (const std::string path : {"/whole", "/chunked"}) {
    for (const std::size_t piece : {7U, 16'384U, 16'385U, 100'000U, 4'000'000U}) {
      const HttpPool::Opened opened = pool_.open({.url = server.url() + path}, call()).value();
      EXPECT_TRUE(rest_of(*opened.body, piece) == large) << path << " " << piece;
    }
  }
}

TEST_F(HttpPoolTest, ReadsNoFurtherThanItIsAskedTo) {
  constexpr std::size_t kBytes = 256U << 20U;
  std::atomic<std::size_t> written = 0;
  fakes::Latch gone(1);
  ScriptedServer server([&](const std::string&, Answer& answer) {
    answer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    const std::string piece(64U << 10U, 'x');
    for (std::size_t at = 0; at < kBytes && answer.is_open(); at += piece.size()) {
      answer.write(piece);
      if (answer.is_open()) written += piece.size();
    }
    gone.count_down();
  });
  {
    const HttpPool::Opened opened = pool_.open({.url = server.url()}, call()).value();
    std::vector<char> buffer(1000);
    for (int i = 0; i < 100; ++i) ASSERT_GT(opened.body->read(buffer).value(), 0U);
    std::size_t before = 0;
    do {  // until the kernel's buffers are full and the server is blocked
      before = written;
      clock_.sleep(100ms, {});
    } while (written != before);
    EXPECT_LT(written, 32U << 20U);
  }
  gone.wait();  // destroying the body early closed the connection
  EXPECT_LT(written, 32U << 20U);
}

TEST_F(HttpPoolTest, KeepsTheBodyOfARefusal) {
  ScriptedServer server([](const std::string&, Answer& answer) { answer.json(404, "<Error/>"); });
  const HttpPool::Opened opened = pool_.open({.url = server.url()}, call()).value();
  EXPECT_EQ(opened.head.status, 404);
  EXPECT_EQ(opened.head.body, "<Error/>");
  EXPECT_EQ(opened.body, nullptr);
  HttpCall small = call();
  small.body_bytes_max = 3;
  EXPECT_EQ(pool_.open({.url = server.url()}, small).error().fault, Fault::Invalid);
}

TEST_F(HttpPoolTest, ABrokenBodyIsAnErrorAfterItsBytes) {
  for (const char* text : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"}) {
    ScriptedServer server([&](const std::string&, Answer& answer) { answer.write(text); });
    const HttpPool::Opened opened = pool_.open({.url = server.url()}, call()).value();
    const std::string got = rest_of(*opened.body);
    EXPECT_TRUE(got.starts_with("half error: ")) << got;
    char byte = 0;
    const Result<std::size_t> again = opened.body->read({&byte, 1});
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().fault, Fault::Retry);
  }
  std::string url;
  {
    const ScriptedServer gone([](const std::string&, Answer&) {});
    url = gone.url();
  }
  EXPECT_EQ(pool_.open({.url = url}, call()).error().fault, Fault::Retry);
  EXPECT_EQ(pool_.open({.url = "ftp://127.0.0.1/x"}, call()).error().fault, Fault::Invalid);
}

TEST_F(HttpPoolTest, ABodyEndsAtTheDeadlineAlsoWhenMoreHasArrived) {
  fakes::StillClock still;
  HttpPool pool(library_, still, {});
  ScriptedServer server([](const std::string&, Answer& answer) { answer.json(200, std::string(5000, 'x')); });
  const HttpPool::Opened opened =
      pool.open({.url = server.url()}, {.deadline = Deadline::after(still.steady(), 9s)}).value();
  char buffer[100];
  ASSERT_TRUE(opened.body->read(buffer).ok());
  still.advance(10s);
  EXPECT_EQ(opened.body->read(buffer).error().fault, Fault::Retry);
}

TEST_F(HttpPoolTest, SilenceAndALateHeadEndWithoutTheWholeDeadline) {
  fakes::StillClock still;
  HttpPool pool(library_, still, {});
  ScriptedServer server([&](const std::string& request, Answer& answer) {
    if (request.starts_with("GET /body")) answer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
    answer.hang();
  });
  std::jthread time([&](const std::stop_token& stop) {
    while (!clock_.sleep(10ms, stop)) still.advance(1s);
  });
  const HttpCall patient{.deadline = Deadline::after(still.steady(), 24h)};
  const HttpPool::Opened opened = pool.open({.url = server.url() + "/body"}, patient).value();
  const std::string got = rest_of(*opened.body);
  EXPECT_TRUE(got.starts_with("x error: ")) << got;
  EXPECT_EQ(
      pool.open({.url = server.url()}, patient, {.head = Deadline::after(still.steady(), 5s)}).error().fault,
      Fault::Retry);
}

TEST_F(HttpPoolTest, AStopEndsARead) {
  std::stop_source stop;
  ScriptedServer server([&](const std::string&, Answer& answer) {
    answer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    stop.request_stop();
    answer.hang();
  });
  Result<HttpPool::Opened> opened =
      pool_.open({.url = server.url()}, {.deadline = Deadline::never(), .stop = stop.get_token()});
  if (!opened.ok()) {
    EXPECT_EQ(opened.error().fault, Fault::Stopped);
    return;
  }
  char buffer[100];
  EXPECT_EQ(opened->body->read(buffer).error().fault, Fault::Stopped);
}

}  // namespace
}  // namespace headgate::net
