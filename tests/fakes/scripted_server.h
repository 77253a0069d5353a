// An HTTP/1.1 server that says what a test tells it to, byte for byte: also what no sound server would say.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/file_descriptor.h"
#include "base/mutex.h"

namespace headgate::fakes {

// Listens on a free port of loopback. Each connection has a thread of its own: its first request is read
// whole and given to the script; it is closed when the script returns. Scripts run at the same time when
// requests do.
class ScriptedServer {
 public:
  class Answer {
   public:
    explicit Answer(int descriptor) : descriptor_(descriptor) {}
    void write(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {  // the client has gone
          is_open_ = false;
          return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    void json(int status, std::string_view body) {
      write("HTTP/1.1 " + std::to_string(status) +
            " x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\nConnection: close\r\n\r\n" + std::string(body));
    }
    void start_stream() {
      write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    }
    void chunk(std::string_view bytes) {
      char size[32];
      CHECK(std::snprintf(size, sizeof size, "%zx\r\n", bytes.size()) > 0);
      write(size + std::string(bytes) + "\r\n");
    }
    void end_stream() { write("0\r\n\r\n"); }
    bool is_open() const { return is_open_; }  // the last write went out
    // The next request on this connection; empty when the client has closed it.
    std::string next_request() { return read_request(descriptor_); }
    // Says nothing more; returns when the client, or the server's end, closes the connection.
    void hang() {
      char byte = 0;
      while (::recv(descriptor_, &byte, 1, 0) > 0) {
      }
    }

   private:
    int descriptor_;
    bool is_open_ = true;
  };
  // `request`: its head and body as they came.
  using Script = std::function<void(const std::string& request, Answer& answer)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    CHECK(::bind(listener_.get(), plain, length) == 0 && ::listen(listener_.get(), 16) == 0);
    CHECK(::getsockname(listener_.get(), plain, &length) == 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::jthread([this] { accept_all(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);  // accept() returns
    accepting_.join();
    {
      const MutexLock lock(mutex_);
      for (const FileDescriptor& open : connections_) ::shutdown(open.get(), SHUT_RDWR);
    }
    serving_.clear();  // joins
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // First lines, in the order of their arrival.
  std::vector<std::string> requests() const {
    const MutexLock lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int accepted = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;
      const MutexLock lock(mutex_);
      connections_.emplace_back(accepted);
      serving_.emplace_back([this, accepted] { serve(accepted); });
    }
  }
  // One request, head and body; empty when the connection ends before it does.
  static std::string read_request(int descriptor) {
    std::string request;
    char bytes[1U << 16U];
    std::size_t whole = std::string::npos;
    while (request.size() < whole) {
      const ssize_t count = ::recv(descriptor, bytes, sizeof bytes, 0);
      if (count <= 0) return {};
      request.append(bytes, static_cast<std::size_t>(count));
      const std::size_t head = request.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      whole = head + 4 + (length < head ? std::stoul(request.substr(length + 16, 20)) : 0);
    }
    return request;
  }
  void serve(int descriptor) {
    const std::string request = read_request(descriptor);
    if (!request.empty()) {
      {
        const MutexLock lock(mutex_);
        requests_.push_back(request.substr(0, request.find("\r\n")));
      }
      Answer answer(descriptor);
      script_(request, answer);
    }
    ::shutdown(descriptor,
               SHUT_RDWR);  // the descriptor itself is closed at the end: no other takes its number
  }

  const Script script_;
  FileDescriptor listener_;
  int port_ = 0;
  mutable Mutex mutex_;
  std::list<FileDescriptor> connections_ GUARDED_BY(mutex_);
  std::vector<std::string> requests_ GUARDED_BY(mutex_);
  std::list<std::jthread> serving_;
  std::jthread accepting_;
};

}  // namespace headgate::fakes
