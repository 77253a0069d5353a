// The server as real clients see it: the `curl` program, and raw bytes on a socket.
#include "http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "fakes/waiting.h"
#include "http/health.h"

namespace headgate::http {
namespace {

const ListenAddress kAnyPort{.host = "127.0.0.1", .port = 0};

std::unique_ptr<Server> serve(Routes routes, Server::Limits limits = {}) {
  Result<std::unique_ptr<Server>> server = Server::open(kAnyPort, std::move(routes), limits);
  EXPECT_TRUE(server.ok()) << (server.ok() ? "" : server.error().what);
  return std::move(server).value();
}

Routes two_routes() {
  return {
      {"/hello", [](const Request&) { return Response{.content_type = "text/plain", .body = "hello\n"}; }},
      {"/echo", [](const Request& request) {
         std::string body = request.path;
         for (const auto& [name, value] : request.query)
           body.append(" ").append(name).append("=").append(value);
         return Response{.content_type = "text/plain", .body = body};
       }}};
}

// What `curl -i` prints: status line, headers, body. Path and options are ours, so the shell is no danger.
std::string curl(const Server& server, const std::string& path, const std::string& options = "") {
  const std::string command = "curl -sS -i --max-time 20 --noproxy '*' " + options + " 'http://" +
                              server.address().str() + path + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string printed;
  char chunk[4096];
  while (const std::size_t count = ::fread(chunk, 1, sizeof chunk, pipe)) printed.append(chunk, count);
  EXPECT_EQ(::pclose(pipe), 0) << command << "\n" << printed;
  return printed;
}

std::string body_of(const std::string& answer) {
  const std::size_t blank = answer.find("\r\n\r\n");
  return blank == std::string::npos ? "" : answer.substr(blank + 4);
}

FileDescriptor connect_to(const Server& server) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.address().port);
  EXPECT_EQ(::inet_pton(AF_INET, server.address().host.c_str(), &to.sin_addr), 1);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  return socket;
}

// All that the server answers until it closes, or is silent for 15 s.
std::string read_until_closed(const FileDescriptor& socket) {
  std::string answer;
  char chunk[4096];
  for (;;) {
    pollfd ready{.fd = socket.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 15'000) != 1) return answer + "<still open>";
    const ssize_t count = ::recv(socket.get(), chunk, sizeof chunk, 0);
    if (count <= 0) return answer;
    answer.append(chunk, static_cast<std::size_t>(count));
  }
}

std::string send_raw(const Server& server, std::string_view bytes) {
  const FileDescriptor socket = connect_to(server);
  EXPECT_GE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  ::shutdown(socket.get(), SHUT_WR);
  return read_until_closed(socket);
}

TEST(Server, AnswersAnExactPath) {
  const auto server = serve(two_routes());
  const std::string answer = curl(*server, "/hello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("Content-Type: text/plain\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Content-Length: 6\r\n"), std::string::npos) << answer;
  EXPECT_EQ(body_of(answer), "hello\n");
}

TEST(Server, DecodesPathAndQuery) {
  const auto server = serve(two_routes());
  EXPECT_EQ(body_of(curl(*server, "/%65cho?b=2&a=x%20y&b=3&flag")), "/echo a=x y b=3 flag=");
}

TEST(Server, AnswersHeadWithoutABody) {
  const auto server = serve(two_routes());
  const std::string answer = curl(*server, "/hello", "--head");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("Content-Length: 6\r\n"), std::string::npos) << answer;
  EXPECT_EQ(body_of(answer), "");
}

TEST(Server, SaysInJsonThatAPathIsUnknown) {
  const auto server = serve(two_routes());
  for (const char* path : {"/", "/hello/", "/Hello", "/hello/../hello2", "/hell"}) {
    const std::string answer = curl(*server, path, "--path-as-is");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 ")) << answer;
    EXPECT_NE(answer.find("Content-Type: application/json\r\n"), std::string::npos) << answer;
    EXPECT_EQ(body_of(answer), "{\"error\":\"no such path\"}\n");
  }
}

TEST(Server, AllowsOnlyGetAndHead) {
  const auto server = serve(two_routes());
  for (const char* options :
       {"-X POST", "-X POST -d body", "-X DELETE", "-X PUT -d x", "-X OPTIONS", "-X get"}) {
    const std::string answer = curl(*server, "/hello", options);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << options << "\n" << answer;
    EXPECT_NE(answer.find("Allow: GET, HEAD\r\n"), std::string::npos) << answer;
  }
}

TEST(Server, RefusesMalformedRequestsAndServesTheNextOne) {
  const auto server = serve(two_routes(), {.idle_max = std::chrono::seconds{1}});
  const std::string huge(100'000, 'x');
  const std::string requests[] = {
      "\r\n\r\n",  // nothing yet: closed when idle
      "GET\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),  // a TLS hello
      "GET /hello HTTP/9.9\r\nHost: x\r\n\r\n",
      "GET /hello HTTP/1.1\r\n\r\n",  // no Host
      "GET /hello HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "GET /" + huge + " HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: x\r\nLong: " + huge + "\r\n\r\n",
      huge,
  };
  for (const std::string& request : requests) {
    const std::string answer = send_raw(*server, request);
    EXPECT_FALSE(answer.starts_with("HTTP/1.1 200")) << request.substr(0, 60) << "\n" << answer;
    EXPECT_EQ(answer.find("<still open>"), std::string::npos) << request.substr(0, 60);
    EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.")) << answer;
  }
  EXPECT_EQ(body_of(curl(*server, "/hello")), "hello\n");
}

TEST(Server, NeverReadsABodyAsTheNextRequest) {
  const auto server = serve(two_routes());
  const std::string smuggled = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string answer = send_raw(*server, "POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                                   std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
  EXPECT_EQ(answer.find("200 OK"), std::string::npos) << answer;
}

TEST(Server, ClosesAConnectionThatSaysNothing) {
  const auto server = serve(two_routes(), {.idle_max = std::chrono::seconds{1}});
  const FileDescriptor socket = connect_to(*server);
  ASSERT_GT(::send(socket.get(), "GET /hel", 8, MSG_NOSIGNAL), 0);
  EXPECT_EQ(read_until_closed(socket).find("<still open>"), std::string::npos);
}

TEST(Server, BoundsItsConnectionsAndServesAgainWhenTheyAreGone) {
  const auto server = serve(two_routes(), {.connections_max = 4, .threads = 2});
  {
    std::vector<FileDescriptor> silent;
    silent.reserve(4);
    for (int i = 0; i < 4; ++i) silent.push_back(connect_to(*server));
    const FileDescriptor extra = connect_to(*server);
    ASSERT_GT(
        ::send(extra.get(), "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 52, MSG_NOSIGNAL),
        0);
    pollfd ready{.fd = extra.get(), .events = POLLIN, .revents = 0};
    // It is either left waiting in the backlog or closed; answered it is not.
    if (::poll(&ready, 1, 200) == 1) {
      char chunk[64];
      EXPECT_LE(::recv(extra.get(), chunk, sizeof chunk, 0), 0);
    }
  }
  EXPECT_EQ(body_of(curl(*server, "/hello", "--retry 5 --retry-all-errors")), "hello\n");
}

TEST(Server, AnswersOthersWhileOneHandlerIsSlow) {
  fakes::Latch started;
  fakes::Latch release;
  Routes routes = two_routes();
  routes["/slow"] = [&](const Request&) {
    started.count_down();
    release.wait();
    return Response{.body = "slow"};
  };
  const auto server = serve(std::move(routes));
  std::jthread slow([&] { EXPECT_EQ(body_of(curl(*server, "/slow")), "slow"); });
  started.wait();
  EXPECT_EQ(body_of(curl(*server, "/hello")), "hello\n");
  release.count_down();
}

TEST(Server, NamesTheAddressThatIsTaken) {
  const auto server = serve(two_routes());
  const auto second = Server::open(server->address(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().what, "cannot listen on " + server->address().str() + ": Address already in use");
}

TEST(Server, NamesAnAddressThatIsNotThisMachines) {
  const auto server = Server::open({.host = "192.0.2.1", .port = 80}, {});  // TEST-NET-1, RFC 5737
  ASSERT_FALSE(server.ok());
  EXPECT_TRUE(server.error().what.starts_with("cannot listen on 192.0.2.1:80: ")) << server.error().what;
}

TEST(Server, FreesItsPortWhenItGoes) {
  auto server = serve(two_routes());
  const ListenAddress address = server->address();
  EXPECT_NE(address.port, 0);
  EXPECT_EQ(body_of(curl(*server, "/hello")), "hello\n");
  server.reset();
  EXPECT_TRUE(Server::open(address, {}).ok());
}

TEST(Health, ShowsMetricsAndThatTheProcessLives) {
  Metrics metrics;
  metrics.counter("headgate_records_total", "Records.").add(3);
  Readiness readiness;
  Routes routes;
  add_health_routes(routes, metrics, readiness);
  const auto server = serve(std::move(routes));
  const std::string scraped = curl(*server, "/metrics");
  EXPECT_NE(scraped.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << scraped;
  EXPECT_TRUE(body_of(scraped).starts_with(metrics.exposition())) << body_of(scraped);
  EXPECT_EQ(body_of(curl(*server, "/healthz")), "{\"alive\":true}\n");
  EXPECT_EQ(body_of(curl(*server, "/readyz")), "{\"ready\":true,\"checks\":{}}\n");
}

TEST(Health, IsNotReadyWhileACheckFailsAndSaysWhichButNotWhy) {
  Metrics metrics;
  std::atomic<bool> is_broken = true;
  Readiness readiness;
  readiness.add("queue", [] { return Result<>(); });
  readiness.add("store", [&]() -> Result<> {
    if (is_broken) return Error{Fault::Denied, "secret-account-name refused us"};
    return {};
  });
  Routes routes;
  add_health_routes(routes, metrics, readiness);
  const auto server = serve(std::move(routes));
  testing::internal::CaptureStderr();
  const std::string broken = curl(*server, "/readyz");
  curl(*server, "/readyz");
  is_broken = false;
  const std::string fixed = curl(*server, "/readyz");
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(broken.starts_with("HTTP/1.1 503 ")) << broken;
  EXPECT_EQ(body_of(broken), "{\"ready\":false,\"checks\":{\"queue\":\"ok\",\"store\":\"denied\"}}\n");
  EXPECT_TRUE(fixed.starts_with("HTTP/1.1 200 ")) << fixed;
  const std::size_t said = logged.find("secret-account-name refused us");
  EXPECT_NE(said, std::string::npos) << logged;
  EXPECT_EQ(logged.find("secret-account-name", said + 1), std::string::npos)
      << "logged more than once: " << logged;
  EXPECT_NE(logged.find("readiness_restored"), std::string::npos) << logged;
}

}  // namespace
}  // namespace headgate::http
