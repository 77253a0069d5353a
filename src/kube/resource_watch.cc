#include "kube/resource_watch.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/number.h"
#include "kube/api_address.h"

namespace headgate::kube {
namespace {

// A server that cannot do this sends the whole objects.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-table-or-metadata
constexpr std::string_view kList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
constexpr std::string_view kOne =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
constexpr std::string_view kWhole = "application/json";
constexpr std::size_t kRefusalBytesMax = 64U << 10U;
constexpr int kGone = 410;

void add(std::string& query, std::string_view name, std::string_view value) {
  query += query.empty() ? '?' : '&';
  query += name;
  query += '=';
  net::append_percent_encoded(query, value);
}

}  // namespace

struct ResourceWatch::Meters {
  Meters(Metrics& metrics, const std::string& resource)
      : connected(metrics.gauge("headgate_kube_watch_connected",
                                "1 while a watch of the Kubernetes API is open.", {{"resource", resource}})),
        relists(metrics.counter("headgate_kube_relists_total", "Times that all objects were listed.",
                                {{"resource", resource}})),
        failures(metrics.counter("headgate_kube_failures_total", "Lists and watches that failed.",
                                 {{"resource", resource}})) {
    for (int index = 0; index < kWatchEventKinds; ++index) {
      const auto kind = static_cast<WatchEvent::Kind>(index);
      events.push_back(&metrics.counter("headgate_kube_events_total", "Events that watches brought.",
                                        {{"resource", resource}, {"type", std::string(name_of(kind))}}));
    }
  }
  Gauge& connected;
  Counter& relists;
  Counter& failures;
  std::vector<Counter*> events;
};

// Splits what arrives into lines.
class ResourceWatch::Lines : public ByteSink {
 public:
  explicit Lines(ResourceWatch& watch) : watch_(watch) {}
  Result<> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      if (piece.size() > watch_.options_.line_bytes_max - begun_.size()) {
        watch_.forget_place(watch_.list_from_);  // a new list will tell what this line would have told
        return Error{Fault::Invalid,
                     "an event longer than " + std::to_string(watch_.options_.line_bytes_max) + " bytes"};
      }
      begun_.append(piece);
      if (end == std::string_view::npos) return {};
      bytes.remove_prefix(end + 1);
      TRY(watch_.take(begun_));
      begun_.clear();
    }
    return {};
  }

 private:
  ResourceWatch& watch_;
  std::string begun_;
};

ResourceWatch::ResourceWatch(Deps deps, WatchOptions options, WatchedResource resource, Listener listener)
    : deps_(deps),
      options_(std::move(options)),
      resource_(std::move(resource)),
      listener_(std::move(listener)),
      heard_at_(deps.clock.steady().time_since_epoch().count()),
      meters_(std::make_unique<Meters>(deps.metrics, resource_.name)) {}

ResourceWatch::~ResourceWatch() = default;

std::optional<Error> ResourceWatch::trouble() const {
  const MutexLock lock(trouble_mutex_);
  return trouble_;
}

std::chrono::milliseconds ResourceWatch::turn(const std::stop_token& stop) {
  refused_with_ = 0;
  const Result<> done = resource_version_.empty() ? list(stop) : watch(stop);
  if (done.ok() || done.error().fault == Fault::Stopped) return std::chrono::milliseconds{0};
  return failed(done.error());
}

std::chrono::milliseconds ResourceWatch::failed(const Error& error) {
  meters_->connected.set(0);
  if (std::exchange(is_again_at_once_, false)) return std::chrono::milliseconds{0};
  meters_->failures.add();
  ++failures_;
  std::chrono::milliseconds wait = options_.backoff.wait(failures_, deps_.random.next());
  wait = std::max<std::chrono::milliseconds>(wait, std::exchange(asked_to_wait_, std::chrono::seconds{0}));
  tell_of(error);
  if (failures_ >= kTroubleAfter) {
    const MutexLock lock(trouble_mutex_);
    trouble_ = error;
  }
  return wait;
}

// The kind of a failure is its text without numbers (times, ports), together with the status of the answer.
std::string ResourceWatch::kind_of(const Error& error) const {
  constexpr std::size_t kBytesMax = 256;
  std::string kind = std::to_string(refused_with_) + ' ';
  if (refused_with_ != 0) return kind;
  for (const char character : error.what) {
    if (character < '0' || character > '9') kind.push_back(character);
    if (kind.size() >= kBytesMax) break;
  }
  return kind;
}

void ResourceWatch::tell_of(const Error& error) {
  const SteadyTime now = deps_.clock.steady();
  const std::string kind = kind_of(error);
  const auto logged = logged_at_.find(kind);
  const bool is_new = logged == logged_at_.end();
  const bool has_changed = kind != logged_kind_ && (is_new || now - logged->second >= kLogKindAgain);
  const bool is_long_ago = !is_new && now - logged->second >= kLogSameAgain;
  // It was logged earlier, it worked in between, and now it does not pass by itself.
  const bool is_trouble_again = !has_told_ && failures_ == kTroubleAfter;
  if (!has_changed && !is_long_ago && !is_trouble_again) {
    ++untold_;
    return;
  }
  if (is_new && logged_at_.size() >= kKindsMax) logged_at_.clear();
  logged_at_[kind] = now;
  logged_kind_ = kind;
  has_told_ = true;
  const std::string_view advice =
      error.fault == Fault::Denied
          ? "check the role of the agent's service account, its token and the CA file"
          : "collection goes on with what is known";
  log::warn("kubernetes_watch_failed",
            "The Kubernetes API cannot be watched. The field advice says what to do.",
            {{"resource", resource_.name},
             {"error", error.what},
             {"failures", failures_},
             {"failures_not_logged", std::exchange(untold_, 0)},
             {"advice", advice}});
}

void ResourceWatch::hear() {
  heard_at_ = deps_.clock.steady().time_since_epoch().count();
  has_heard_in_watch_ = true;
  has_retried_token_ = false;
}

// A successful list is not enough: if the server refused every watch, we would list for ever.
void ResourceWatch::recover() {
  if (has_told_)
    log::info("kubernetes_watch_restored", "The Kubernetes API answers again.",
              {{"resource", resource_.name}, {"failures", failures_}});
  has_told_ = false;
  failures_ = 0;
  forget_trouble();
}

// A watch may be open for a long time before it sends anything.
void ResourceWatch::accept() {
  meters_->connected.set(1);
  forget_trouble();
}

void ResourceWatch::forget_trouble() {
  const MutexLock lock(trouble_mutex_);
  trouble_.reset();
}

void ResourceWatch::forget_place(std::string list_from) {
  resource_version_.clear();
  list_from_ = std::move(list_from);
}

Result<net::HttpRequest> ResourceWatch::request(std::string query, std::string_view as) const {
  if (!resource_.field_selector.empty()) add(query, "fieldSelector", resource_.field_selector);
  if (!resource_.label_selector.empty()) add(query, "labelSelector", resource_.label_selector);
  net::HttpRequest request;
  request.url = options_.api + resource_.path + query;
  request.headers.emplace_back("Accept", as);
  const std::string token = TRY(deps_.token.token());
  if (!token.empty() && !may_send_token(options_.api))
    return Error{Fault::Denied, "a token may be sent only over TLS or to loopback"};
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
  return request;
}

Result<> ResourceWatch::list(const std::stop_token& stop) {
  meters_->connected.set(0);
  std::string version;
  asks_for_whole_ = resource_.content == WatchedResource::Content::Whole;
  Result<std::vector<ApiObject>> listed = list_all(stop, version);
  if (!listed.ok() && listed.error().fault == Fault::Invalid && asks_for_whole_) {
    asks_for_whole_ = false;
    if (said_.happened("whole", deps_.clock.steady())) {
      log::warn("kubernetes_list_reduced",
                "A list of whole objects from the Kubernetes API cannot be read, so only their metadata is "
                "requested.",
                {{"resource", resource_.name}, {"error", listed.error().what}});
    }
    listed = list_all(stop, version);
  }
  const std::vector<ApiObject> all = TRY(std::move(listed));
  meters_->relists.add();
  listener_.replace(all);
  list_from_ = version;
  resource_version_ = std::move(version);
  hear();
  return {};
}

Result<std::vector<ApiObject>> ResourceWatch::list_all(const std::stop_token& stop, std::string& version) {
  std::vector<ApiObject> all;
  std::string continue_token;
  do {
    ApiList part = TRY_IN("list", page(continue_token, stop));
    if (part.resource_version.empty()) return Error{Fault::Retry, "list: metadata.resourceVersion: missing"};
    if (all.size() + part.items.size() > kObjectsMax)
      return Error{Fault::Invalid, "list: more than " + std::to_string(kObjectsMax) + " objects"};
    if (part.items.empty() && part.continue_token == continue_token && !continue_token.empty())
      return Error{Fault::Retry, "list: the server sends pages without end"};
    std::move(part.items.begin(), part.items.end(), std::back_inserter(all));
    version = std::move(part.resource_version);
    continue_token = std::move(part.continue_token);
  } while (!continue_token.empty());
  return all;
}

Result<ApiList> ResourceWatch::page(const std::string& continue_token, const std::stop_token& stop) {
  std::string query;
  if (options_.page_limit > 0) add(query, "limit", std::to_string(options_.page_limit));
  if (!continue_token.empty()) {
    add(query, "continue", continue_token);
  } else if (!list_from_.empty()) {
    add(query, "resourceVersion", list_from_);
  }
  const net::HttpRequest asked = TRY(request(std::move(query), asks_for_whole_ ? kWhole : kList));
  const net::HttpResponse response =
      TRY(deps_.client.send(asked, {.deadline = Deadline::after(deps_.clock.steady(), options_.list_max),
                                    .stop = stop,
                                    .body_bytes_max = options_.list_bytes_max}));
  if (!response.is_success()) return refusal(response);
  return parse_list(response.body);
}

Result<> ResourceWatch::watch(const std::stop_token& stop) {
  const auto half = static_cast<std::uint64_t>(std::max<std::int64_t>(1, options_.watch_max.count() / 2));
  // random, so that not all agents connect at once
  const std::chrono::seconds timeout(half + deps_.random.next() % half);
  std::string query;
  add(query, "watch", "true");
  add(query, "resourceVersion", resource_version_);
  add(query, "allowWatchBookmarks", "true");
  add(query, "timeoutSeconds", std::to_string(timeout.count()));
  const net::HttpRequest asked = TRY_IN("watch", request(std::move(query), asks_for_whole_ ? kWhole : kOne));

  constexpr std::chrono::seconds kPatience{30};  // beyond the end that we asked the server for
  const SteadyTime begun = deps_.clock.steady();
  has_heard_in_watch_ = false;
  Lines lines(*this);
  const Result<net::HttpResponse> response =
      deps_.client.stream(asked,
                          {.deadline = Deadline::after(begun, timeout + kPatience),
                           .stop = stop,
                           .body_bytes_max = kRefusalBytesMax},
                          {.body = lines, .on_accepted = [this] { accept(); }});
  const std::chrono::nanoseconds lasted = deps_.clock.steady() - begun;
  constexpr std::chrono::seconds kLong{10};  // a watch this long has worked, so its end is a new problem
  if (!response.ok()) {
    if (lasted >= kLong && response.error().fault == Fault::Retry) recover();
    return Error(response.error()).in("watch");
  }
  if (!response->is_success()) return refusal(*response).in("watch");
  // An incomplete line tells nothing: the next watch sends it again.
  constexpr std::chrono::seconds kShort{1};
  if (!has_heard_in_watch_ && lasted < kShort)
    return Error{Fault::Retry, "watch: the server ended it at once without an event"};
  recover();
  return {};
}

Result<> ResourceWatch::take(std::string_view line) {
  if (line.find_first_not_of(" \r") == std::string_view::npos) return {};
  Result<WatchEvent> read = parse_watch_event(line);
  if (!read.ok()) {
    forget_place(list_from_);  // watching from the same position would repeat the error
    return std::move(read).error().in("event");
  }
  meters_->events[static_cast<std::size_t>(read->kind)]->add();
  if (read->kind == WatchEvent::Kind::Error) {
    forget_place(read->code == kGone ? std::string() : list_from_);
    is_again_at_once_ = read->code == kGone && failures_ == 0 && has_heard_in_watch_;
    return Error{Fault::Retry, "the server ended it with " + std::to_string(read->code) + ": " + read->words};
  }
  hear();
  recover();
  if (read->kind != WatchEvent::Kind::Bookmark) listener_.apply(*read);
  if (!read->object.resource_version.empty()) {
    resource_version_ = read->object.resource_version;
    list_from_ = resource_version_;
  }
  return {};
}

Error ResourceWatch::refusal(const net::HttpResponse& response) {
  const std::string words = std::to_string(response.status) + ": " + status_message(response.body);
  if (const auto after = response.header("Retry-After")) {
    std::string_view text = *after;
    if (const auto seconds = take_leading_number<std::int64_t>(text))
      asked_to_wait_ = std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, kRetryAfterMax.count()));
  }
  refused_with_ = static_cast<int>(response.status);
  switch (response.status) {
    case 401:
      deps_.token.refuse();
      is_again_at_once_ = !std::exchange(has_retried_token_, true);
      return Error{Fault::Denied, words};
    case 403:
      return Error{Fault::Denied, words};
    case kGone:  // the server has forgotten our position
    case 504:    // the server is behind the position that we have
      forget_place({});
      return Error{Fault::Retry, words};
    default:
      return Error{Fault::Retry, words};
  }
}

}  // namespace headgate::kube
