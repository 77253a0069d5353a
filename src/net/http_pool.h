// HTTP connections that threads share. Each exchange borrows a client, and with it an open connection if
// there is one.
#pragma once

#include <cstddef>
#include <memory>

#include "base/byte_source.h"
#include "base/result.h"
#include "net/http_client.h"
#include "net/http_message.h"
#include "ports/clock.h"

namespace headgate::net {

// Thread-safe.
class HttpPool {
 public:
  struct Options {
    HttpClient::Options client = {.is_http1_only = true};
    std::size_t idle_max = 64;  // how many unused clients are kept
  };
  // `library` and `clock` must outlive the pool, and the pool what it returns.
  HttpPool(const Library& library, const Clock& clock, Options options);
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  // Calls HttpClient::send() on a borrowed client.
  Result<HttpResponse> send(const HttpRequest& request, const HttpCall& call);

  // An answer whose body is read while it arrives. At most one buffer is read ahead of read().
  struct Opened {
    HttpResponse head;                 // with a body only if it is not a 2xx
    std::unique_ptr<ByteSource> body;  // set for a 2xx; for one thread; destroying it before its end closes
                                       // the connection
  };
  // The deadline of `call` is for the whole exchange to the end of the body; that of `pull` is for the head.
  Result<Opened> open(const HttpRequest& request, const HttpCall& call, const HttpPull& pull = {});

 private:
  struct Shelf;
  class Body;
  std::unique_ptr<Shelf> shelf_;
};

}  // namespace headgate::net
