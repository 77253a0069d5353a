// Connections shared by threads: each exchange borrows a client, and with it an open connection if there is
// one.
#pragma once

#include <cstddef>
#include <memory>

#include "base/byte_source.h"
#include "base/result.h"
#include "net/http_client.h"
#include "net/http_message.h"
#include "ports/clock.h"

namespace headgate::net {

// Any thread.
class HttpPool {
 public:
  struct Options {
    HttpClient::Options client = {.is_http1_only = true};
    std::size_t idle_max = 64;  // clients kept when nobody uses them
  };
  // `library` and `clock` outlive the pool, and the pool what it gives.
  HttpPool(const Library& library, const Clock& clock, Options options);
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  // HttpClient::send() on a borrowed client.
  Result<HttpResponse> send(const HttpRequest& request, const HttpCall& call);

  // An answer whose body is read as it arrives: nothing is read ahead of read() but one buffer.
  struct Opened {
    HttpResponse head;                 // of a 2xx: without body; of the rest: with it
    std::unique_ptr<ByteSource> body;  // of a 2xx. One thread. Letting go of it early closes the connection
  };
  // The call's deadline is for all of it, to the body's end; the pull's is for the head.
  Result<Opened> open(const HttpRequest& request, const HttpCall& call, const HttpPull& pull = {});

 private:
  struct Shelf;
  class Body;
  std::unique_ptr<Shelf> shelf_;
};

}  // namespace headgate::net
