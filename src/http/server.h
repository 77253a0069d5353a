// A small HTTP server over libmicrohttpd for what operators and Prometheus ask of a running process. GET and
// HEAD of exact paths, nothing else; no TLS and no login, so it listens on loopback unless told otherwise.
// https://www.gnu.org/software/libmicrohttpd/
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/listen_address.h"

namespace headgate::http {

struct Request {
  std::string path;                               // %-escapes decoded, no query
  std::map<std::string, std::string> query = {};  // decoded; of a repeated name the last
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
};

// Runs on one of the server's threads, several at a time. Must not throw and should not wait: other requests
// may be waiting for the thread.
using Handler = std::function<Response(const Request&)>;
using Routes = std::map<std::string, Handler, std::less<>>;  // by exact path

// {"error":"..."} with that status.
Response error_response(unsigned status, std::string_view what);

// Created on any thread. Serves on its own threads from open() until it is destroyed, which waits for running
// handlers and closes open connections. So destroy it before anything that a handler reads. Unknown paths are
// 404, other methods 405 with Allow, both in JSON; malformed requests are refused by libmicrohttpd (400, 414,
// 431 ...).
class Server {
 public:
  struct Limits {
    unsigned connections_max = 64;
    unsigned threads = 2;
    std::chrono::seconds idle_max{10};  // a connection that is silent for so long is closed
    std::size_t connection_bytes_max =
        16'384;  // of a connection's memory: request line, headers, answer's headers
  };

  // The error names the address and says why it cannot be listened on.
  static Result<std::unique_ptr<Server>> open(const ListenAddress& address, Routes routes, Limits limits);
  static Result<std::unique_ptr<Server>> open(const ListenAddress& address, Routes routes) {
    return open(address, std::move(routes), Limits());
  }
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The bound address. Its port is the chosen one if port 0 was requested.
  const ListenAddress& address() const { return address_; }

 private:
  struct Callbacks;  // libmicrohttpd calls these
  Server(ListenAddress address, Routes routes) : address_(std::move(address)), routes_(std::move(routes)) {}
  Response answer(std::string_view method, const Request& request) const;

  ListenAddress address_;
  const Routes routes_;
  void* daemon_ = nullptr;  // MHD_Daemon
};

}  // namespace headgate::http
