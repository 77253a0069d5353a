// Lists and then watches one kind of object, by which a client of the Kubernetes API stays informed without
// asking repeatedly.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/repeated_log.h"
#include "kube/api_object.h"
#include "kube/token_file.h"
#include "net/http_client.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::kube {

struct WatchedResource {
  std::string name;  // for log lines and metrics: pods
  std::string path;  // /api/v1/pods
  std::string field_selector = {};
  std::string label_selector = {};
  // Metadata is a tenth of a pod; Whole includes its status. If a list of whole objects is too long, metadata
  // is requested instead, and also watched until the next list.
  enum class Content : std::uint8_t { Metadata, Whole } content = Content::Metadata;
};

struct WatchOptions {
  std::string api;                          // https://10.0.0.1:443
  std::uint32_t page_limit = 500;           // how many objects we ask for per page; a server may ignore it
  std::size_t list_bytes_max = 64U << 20U;  // for a page
  std::size_t line_bytes_max = 8U << 20U;   // for an event; etcd stores objects of up to 1.5 MiB
  std::chrono::seconds list_max{60};
  std::chrono::seconds watch_max{600};  // we ask the server to end a watch after a random part, between half
                                        // and all, of this time
  Backoff backoff = {};
};

// One thread calls turn(); functions marked so are thread-safe.
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
    std::function<void(const WatchEvent& event)> apply;  // never with Kind::Error
  };
  ResourceWatch(Deps deps, WatchOptions options, WatchedResource resource, Listener listener);
  ~ResourceWatch();

  // Makes one exchange: a list if we do not know where to watch from, or else a watch until it ends. Returns
  // how long to wait before the next one. It is normal that the server ends a watch, or has forgotten our
  // position.
  std::chrono::milliseconds turn(const std::stop_token& stop);

  // When the server last sent anything: a list, an event or a bookmark. Thread-safe.
  SteadyTime heard_at() const { return SteadyTime(std::chrono::nanoseconds(heard_at_.load())); }
  // The last failure, set after several failures in a row until a watch is open again. Thread-safe.
  std::optional<Error> trouble() const;
  const std::string& name() const { return resource_.name; }

 private:
  static constexpr std::size_t kObjectsMax = 40'000;
  static constexpr std::chrono::seconds kRetryAfterMax{60};
  static constexpr std::uint32_t kTroubleAfter = 3;  // number of failures in a row
  // A failure that is repeated is logged once in kLogSameAgain. If two kinds of failures alternate, each is
  // logged once in kLogKindAgain.
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
  std::string resource_version_;  // where to watch from; list first if empty
  std::string list_from_ = "0";   // the list must not be older; "0": any version that the server has at hand,
                                  // "": the latest
  std::uint32_t failures_ = 0;    // number of failures in a row
  std::string logged_kind_;       // of the failure that was last logged
  std::map<std::string, SteadyTime> logged_at_;  // by kind
  std::uint64_t untold_ = 0;                     // number of failures since the last logged one
  bool has_told_ = false;                        // whether a failure of this row was logged
  int refused_with_ = 0;                         // HTTP status of the failure; 0 if there was none
  mutable Mutex trouble_mutex_;
  std::optional<Error> trouble_ GUARDED_BY(trouble_mutex_);
  bool asks_for_whole_ = false;  // whether whole objects were requested in the last list
  RepeatedLog said_;
  bool is_again_at_once_ = false;  // whether to try again at once, because the cause of the error is removed
  bool has_retried_token_ = false;
  std::chrono::seconds asked_to_wait_{0};
  bool has_heard_in_watch_ = false;
  std::atomic<std::int64_t> heard_at_;
  std::unique_ptr<Meters> meters_;
};

}  // namespace headgate::kube
