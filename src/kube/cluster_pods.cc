#include "kube/cluster_pods.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace headgate::kube {

ClusterPods::ClusterPods(Deps deps, ClusterPodsOptions options)
    : deps_(deps),
      options_(std::move(options)),
      file_(deps.disk, options_.data_directory),
      started_at_(deps.clock.steady()),
      known_(options_.selection),
      pods_known_(deps.metrics.gauge("headgate_kube_pods_known", "Pods remembered, gone ones included.")) {}

Result<std::unique_ptr<ClusterPods>> ClusterPods::open(Deps deps, ClusterPodsOptions options) {
  if (!options.token_file.empty() && !may_send_token(options.watch.api)) {
    return Error{Fault::Invalid,
                 options.watch.api +
                     ": the service account's token would be sent without encryption: write "
                     "https://, or set kube.token_file to an empty text so that none is sent"};
  }
  std::unique_ptr<ClusterPods> pods(new ClusterPods(deps, std::move(options)));
  TRY(pods->restore());
  const Selection& selection = pods->options_.selection;
  const std::string& node = selection.node_name;
  ClusterPods* const self = pods.get();
  TRY_IN("kube", pods->add_watcher({.name = "pods",
                                    .path = "/api/v1/pods",
                                    .field_selector = node.empty() ? node : "spec.nodeName=" + node,
                                    // For a whole cluster, whole objects would be too much.
                                    .content = node.empty() ? WatchedResource::Content::Metadata
                                                            : WatchedResource::Content::Whole},
                                   {.replace =
                                        [self](const std::vector<ApiObject>& all) {
                                          const Timestamp now = self->deps_.clock.now();
                                          const MutexLock lock(self->mutex_);
                                          self->known_.replace_pods(all, now);
                                        },
                                    .apply =
                                        [self](const WatchEvent& event) {
                                          const Timestamp now = self->deps_.clock.now();
                                          const MutexLock lock(self->mutex_);
                                          self->known_.apply_to_pods(event, now);
                                        }}));
  // Watches all namespaces. If only those with the label were watched, one that loses it would look like a
  // deleted one.
  TRY_IN("kube", pods->add_watcher({.name = "namespaces", .path = "/api/v1/namespaces"},
                                   {.replace =
                                        [self](const std::vector<ApiObject>& all) {
                                          const Timestamp now = self->deps_.clock.now();
                                          const MutexLock lock(self->mutex_);
                                          self->known_.replace_namespaces(all, now);
                                        },
                                    .apply =
                                        [self](const WatchEvent& event) {
                                          const Timestamp now = self->deps_.clock.now();
                                          const MutexLock lock(self->mutex_);
                                          self->known_.apply_to_namespaces(event, now);
                                        }}));
  pods->start();
  return pods;
}

ClusterPods::~ClusterPods() {
  for (const auto& watcher : watchers_) watcher->thread.request_stop();
  keeping_.request_stop();
  for (const auto& watcher : watchers_) {
    if (watcher->thread.joinable()) watcher->thread.join();
  }
  if (!keeping_.joinable()) return;  // the thread was never started
  keeping_.join();
  store_if_changed();
}

Result<> ClusterPods::restore() {
  Result<KeptPods> kept = file_.load();
  if (!kept.ok()) {
    if (kept.error().fault == Fault::Denied) return kept.error();
    if (kept.error().fault != Fault::NotFound)
      log::warn("known_pods_not_read",
                "The pods known from an earlier run could not be read from the data directory. The "
                "Kubernetes API is asked instead.",
                {{"error", kept.error().what}});
    return {};
  }
  log::info("known_pods_restored", "The pods known from an earlier run were read from the data directory.",
            {{"pods", kept->pods.size()}});
  const MutexLock lock(mutex_);
  known_.restore(std::move(kept->namespaces), std::move(kept->pods), kept->namespace_selector,
                 deps_.clock.now());
  stored_changes_ = known_.changes();
  return {};
}

Result<> ClusterPods::add_watcher(WatchedResource resource, ResourceWatch::Listener listener) {
  std::unique_ptr<net::HttpClient> client =
      TRY(net::HttpClient::open(deps_.library, deps_.clock, {.ca_file = options_.ca_file}));
  std::unique_ptr<Watcher> watcher(new Watcher{
      .client = std::move(client), .token = TokenFile(deps_.disk, deps_.clock, options_.token_file)});
  const ResourceWatch::Deps deps{.clock = deps_.clock,
                                 .random = deps_.random,
                                 .metrics = deps_.metrics,
                                 .client = *watcher->client,
                                 .token = watcher->token};
  ages_.push_back(
      &deps_.metrics.gauge("headgate_kube_last_event_age_seconds",
                           "Seconds since the Kubernetes API last said anything, bookmarks included.",
                           {{"resource", resource.name}}));
  watcher->watch =
      std::make_unique<ResourceWatch>(deps, options_.watch, std::move(resource), std::move(listener));
  watchers_.push_back(std::move(watcher));
  return {};
}

void ClusterPods::start() {
  for (const auto& watcher : watchers_) {
    watcher->thread = std::jthread([this, watch = watcher->watch.get()](const std::stop_token& stop) {
      ::pthread_setname_np(::pthread_self(), "watch");
      while (!stop.stop_requested()) {
        const std::chrono::milliseconds wait = watch->turn(stop);
        if (wait.count() > 0) deps_.clock.sleep(wait, stop);
      }
    });
  }
  keeping_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
}

void ClusterPods::keep(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "keep-pods");
  do {
    trust_kept_in_time();
    store_if_changed();
    measure();
  } while (!deps_.clock.sleep(options_.store_every, stop));
}

void ClusterPods::trust_kept_in_time() {
  if (deps_.clock.steady() - started_at_ < options_.trust_kept_after) return;
  const MutexLock lock(mutex_);
  known_.trust_earlier_run();
}

void ClusterPods::store_if_changed() {
  std::string text;
  std::uint64_t changes = 0;
  {
    const Timestamp now = deps_.clock.now();
    const MutexLock lock(mutex_);
    known_.prune(now, options_.keep_gone);
    changes = known_.changes();
    if (changes == stored_changes_ || !known_.is_informed()) return;
    text = write_kept_pods(known_);
  }
  const Result<> stored = file_.store(text);
  if (stored.ok()) {
    stored_changes_ = changes;
  } else if (const auto times = said_.happened("not kept", deps_.clock.steady())) {
    log::warn("known_pods_not_stored",
              "The known pods could not be written to the data directory. After a restart the agent has to "
              "ask the Kubernetes API.",
              {{"error", stored.error().what}, {"times", *times}});
  }
}

void ClusterPods::measure() {
  const SteadyTime now = deps_.clock.steady();
  for (std::size_t index = 0; index < watchers_.size(); ++index) {
    const std::chrono::duration<double> age = now - watchers_[index]->watch->heard_at();
    ages_[index]->set(age.count());
  }
  const MutexLock lock(mutex_);
  pods_known_.set(static_cast<double>(known_.pods().size()));
}

std::optional<PodFacts> ClusterPods::pod(const PodId& id) {
  const Timestamp now = deps_.clock.now();
  const MutexLock lock(mutex_);
  known_.note_asked(id, now);
  return known_.facts(id);
}

std::optional<PodFacts> ClusterPods::assumed(const PodId& id) {
  const MutexLock lock(mutex_);
  return known_.assumed(id);
}

std::uint32_t ClusterPods::runs_ended(const PodId& id, const ContainerName& container) {
  const MutexLock lock(mutex_);
  return known_.runs_ended(id, container);
}

bool ClusterPods::is_informed() {
  const MutexLock lock(mutex_);
  return known_.is_informed();
}

std::uint64_t ClusterPods::changes() {
  const MutexLock lock(mutex_);
  return known_.changes();
}

Result<> ClusterPods::freshness() {
  for (const auto& watcher : watchers_) {
    const std::optional<Error> trouble = watcher->watch->trouble();
    if (trouble) return Error(*trouble).in(watcher->watch->name());
  }
  if (!is_informed()) return Error{Fault::Retry, "the API has not yet sent a list of pods"};
  return {};
}

}  // namespace headgate::kube
