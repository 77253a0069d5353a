#include "net/http_pool.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace headgate::net {
namespace {

// Scheme, host and port, for which a connection can be used again.
std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  return host == std::string_view::npos ? url : url.substr(0, url.find_first_of("/?#", host + 3));
}

}  // namespace

struct HttpPool::Shelf {
  struct Idle {
    std::string origin;  // the origin of its last exchange
    std::unique_ptr<HttpClient> client;
  };

  Shelf(const Library& with, const Clock& by, Options set)
      : library(with), clock(by), options(with_trust(std::move(set))) {}
  static Options with_trust(Options options) {
    if (!options.client.trust) options.client.trust = std::make_shared<TrustStore>(options.client.ca_file);
    return options;
  }

  // Takes the client that was last used for that origin, most recent first, since its connection is the most
  // likely to be still open.
  Result<std::unique_ptr<HttpClient>> take(std::string_view origin) {
    {
      const MutexLock lock(mutex);
      const auto found =
          std::find_if(idle.rbegin(), idle.rend(), [&](const Idle& one) { return one.origin == origin; });
      if (found != idle.rend()) {
        std::unique_ptr<HttpClient> client = std::move(found->client);
        idle.erase(std::next(found).base());
        return client;
      }
    }
    return HttpClient::open(library, clock, options.client);
  }
  void give_back(std::string_view origin, std::unique_ptr<HttpClient> client) {
    std::unique_ptr<HttpClient> displaced;  // destroyed after the lock is released
    const MutexLock lock(mutex);
    idle.push_back({std::string(origin), std::move(client)});
    if (idle.size() <= options.idle_max) return;
    displaced = std::move(idle.front().client);
    idle.erase(idle.begin());
  }

  const Library& library;
  const Clock& clock;
  const Options options;
  Mutex mutex;
  std::vector<Idle> idle GUARDED_BY(mutex);  // the longest unused first
};

class HttpPool::Body final : public ByteSource {
 public:
  Body(Shelf& shelf, std::string origin, std::unique_ptr<HttpClient> client)
      : shelf_(shelf), origin_(std::move(origin)), client_(std::move(client)) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() override { let_go(); }

  Result<std::size_t> read(std::span<char> into) override {
    if (ended_) return *ended_;
    if (into.empty()) return std::size_t{0};
    Result<std::size_t> taken = client_->read(into);
    if (taken.ok() && *taken > 0) return taken;
    ended_ = taken;
    let_go();
    return taken;
  }

 private:
  void let_go() {
    if (!client_) return;
    client_->drop();
    shelf_.give_back(origin_, std::move(client_));
  }
  Shelf& shelf_;
  const std::string origin_;
  std::unique_ptr<HttpClient> client_;  // set until the end of the body
  std::optional<Result<std::size_t>> ended_;
};

HttpPool::HttpPool(const Library& library, const Clock& clock, Options options)
    : shelf_(std::make_unique<Shelf>(library, clock, std::move(options))) {}

HttpPool::~HttpPool() = default;

Result<HttpResponse> HttpPool::send(const HttpRequest& request, const HttpCall& call) {
  const std::string_view origin = origin_of(request.url);
  std::unique_ptr<HttpClient> client = TRY(shelf_->take(origin));
  Result<HttpResponse> response = client->send(request, call);
  shelf_->give_back(origin, std::move(client));
  return response;
}

Result<HttpPool::Opened> HttpPool::open(const HttpRequest& request, const HttpCall& call,
                                        const HttpPull& pull) {
  const std::string_view origin = origin_of(request.url);
  std::unique_ptr<HttpClient> client = TRY(shelf_->take(origin));
  Result<HttpResponse> head = client->begin(request, call, pull);
  if (!head.ok() || !head->is_success()) {
    shelf_->give_back(origin, std::move(client));
    TRY(head);
    return Opened{.head = std::move(head).value(), .body = nullptr};
  }
  return Opened{.head = std::move(head).value(),
                .body = std::make_unique<Body>(*shelf_, std::string(origin), std::move(client))};
}

}  // namespace headgate::net
