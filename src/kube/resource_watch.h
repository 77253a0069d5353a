// List and watch of one kind of object: how a client of the Kubernetes API knows what there is without asking
// again and again.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.h"
#include "base/metrics.h"
#include "base/repeated_log.h"
#include "kube/api_object.h"
#include "kube/token_file.h"
#include "net/http_client.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::kube {

struct WatchedResource {
  std::string name;  // for people and metrics: pods
  std::string path;  // /api/v1/pods
  std::string field_selector = {};
  std::string label_selector = {};
  // Metadata is a tenth of a pod. Whole: its status too. A list that cannot be taken as a whole (it is too
  // long) is asked for as metadata, and watched so until the next list.
  enum class Content : std::uint8_t { Metadata, Whole } content = Content::Metadata;
};

struct WatchOptions {
  std::string api;                          // https://10.0.0.1:443
  std::uint32_t page_limit = 500;           // objects a page that we ask for; a server may send all the same
  std::size_t list_bytes_max = 64U << 20U;  // of a page
  std::size_t line_bytes_max = 8U << 20U;   // of an event; etcd takes objects of 1.5 MiB
  std::chrono::seconds list_max{60};
  std::chrono::seconds watch_max{600};  // the server is asked to end a watch after half to all of it
  Backoff backoff = {};
};

// One thread calls turn(); what is marked so, any.
class ResourceWatch {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    Metrics& metrics;
    net::HttpClient& client;
    TokenFile& token;
  };
  struct Listener {
    std::function<void(const std::vector<ApiObject>& all)> replace;
    std::function<void(const WatchEvent& event)> apply;  // never an Error
  };
  ResourceWatch(Deps deps, WatchOptions options, WatchedResource resource, Listener listener);
  ~ResourceWatch();

  // One exchange: a list while we do not know where to watch from, else a watch until it ends. Says how long
  // to wait before the next one. That the server ends a watch, or has forgotten where we were, is its
  // everyday life.
  std::chrono::milliseconds turn(const std::stop_token& stop);

  // When the server last said anything: a list, an event or a bookmark. Any thread.
  SteadyTime heard_at() const { return SteadyTime(std::chrono::nanoseconds(heard_at_.load())); }
  // Why the server cannot be watched: what failed last, once it has failed a few times in a row and until a
  // watch is open again. Any thread.
  std::optional<Error> trouble() const;
  const std::string& name() const { return resource_.name; }

 private:
  static constexpr std::size_t kObjectsMax = 40'000;
  static constexpr std::chrono::seconds kRetryAfterMax{60};
  static constexpr std::uint32_t kTroubleAfter = 3;  // failures in a row
  // A kind of failure that comes again and again is logged once in so long; two kinds by turns, each of them
  // once in so long.
  static constexpr std::chrono::hours kLogSameAgain{1};
  static constexpr std::chrono::minutes kLogKindAgain{1};
  static constexpr std::size_t kKindsMax = 16;
  struct Meters;
  class Lines;

  Result<> list(const std::stop_token& stop);
  Result<std::vector<ApiObject>> list_all(const std::stop_token& stop, std::string& version);
  Result<ApiList> page(const std::string& continue_token, const std::stop_token& stop);
  Result<> watch(const std::stop_token& stop);
  Result<> take(std::string_view line);
  Result<net::HttpRequest> request(std::string query, std::string_view as) const;
  Error refusal(const net::HttpResponse& response);
  std::chrono::milliseconds failed(const Error& error);
  std::string kind_of(const Error& error) const;
  void tell_of(const Error& error);
  void hear();
  void recover();
  void accept();
  void forget_trouble();
  void forget_place(std::string list_from);

  Deps deps_;
  const WatchOptions options_;
  const WatchedResource resource_;
  const Listener listener_;
  std::string resource_version_;  // where to watch from; empty: list first
  std::string list_from_ = "0";   // not older than that; "0": whatever the server has at hand, "": the latest
  std::uint32_t failures_ = 0;    // in a row
  std::string logged_kind_;       // of the failure that was logged last
  std::map<std::string, SteadyTime> logged_at_;  // by kind
  std::uint64_t untold_ = 0;                     // failures since the last that was logged
  bool has_told_ = false;                        // of this row
  int refused_with_ = 0;                         // HTTP status of the failure; 0: there was none
  mutable std::mutex trouble_mutex_;             // guards trouble_
  std::optional<Error> trouble_;
  bool asks_for_whole_ = false;  // objects, since the last list
  RepeatedLog said_;
  bool is_again_at_once_ = false;  // the cause of the error has been dealt with
  bool has_retried_token_ = false;
  std::chrono::seconds asked_to_wait_{0};
  bool has_heard_in_watch_ = false;
  std::atomic<std::int64_t> heard_at_;
  std::unique_ptr<Meters> meters_;
};

}  // namespace headgate::kube
