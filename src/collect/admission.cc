#include "collect/admission.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace headgate::collect {

std::optional<CollectionSettings> Admission::ask(const ContainerKey& id, SteadyTime now) {
  Unfollowed& unfollowed = unfollowed_[id];
  std::optional<CollectionSettings> settings = settings_now(id);
  if (settings) {
    unfollowed.waits_since.reset();
    unfollowed.files = {};
    return settings;
  }
  if (!unfollowed.waits_since) unfollowed.waits_since = now;
  if (!has_waited(now - *unfollowed.waits_since)) return std::nullopt;
  const std::string subject = id.first.namespace_name.str() + "/" + id.first.pod.str();
  const std::optional<PodFacts> assumed = kube_.assumed(id.first);
  if (!assumed) {
    if (said_.happened("withheld " + subject, now)) {
      log::warn("unknown_pod_withheld",
                "The Kubernetes API does not know a pod, so its tenant is unknown. Its logs are not "
                "collected until the API knows it.",
                {{"namespace", id.first.namespace_name.view()}, {"pod", id.first.pod.view()}});
    }
    return std::nullopt;
  }
  if (said_.happened("assumed " + subject, now)) {
    log::warn("unknown_pod_collected",
              "The Kubernetes API does not know a pod. Its logs are collected with an unknown application "
              "until the API knows it.",
              {{"namespace", id.first.namespace_name.view()}, {"pod", id.first.pod.view()}});
  }
  unfollowed.waits_since.reset();
  settings = settings_of(*assumed, id.second, options_.tenant_label);
  settings->is_guess = true;
  return settings;
}

bool Admission::has_waited(std::chrono::nanoseconds waited) const {
  if (kube_.is_informed()) return waited >= options_.pod_wait_max;
  return options_.api_wait_max.count() > 0 && waited >= options_.api_wait_max;
}

std::optional<CollectionSettings> Admission::settings_now(const ContainerKey& id) {
  if (options_.excluded_containers.contains(id.second))
    return CollectionSettings{.wanted = CollectionSettings::Wanted::Excluded};
  const std::optional<PodFacts> facts = kube_.pod(id.first);
  if (!facts) return std::nullopt;
  return settings_of(*facts, id.second, options_.tenant_label);
}

bool Admission::take_changes() {
  const std::uint64_t changes = kube_.changes();
  return std::exchange(changes_, changes) != changes;
}

bool Admission::is_any_wanted() {
  return std::any_of(unfollowed_.begin(), unfollowed_.end(), [this](const auto& entry) {
    const std::optional<CollectionSettings> settings = settings_now(entry.first);
    return settings && settings->wanted == CollectionSettings::Wanted::Yes;
  });
}

bool Admission::is_waiting() const {
  return waiting() > 0;
}

std::size_t Admission::waiting() const {
  return static_cast<std::size_t>(
      std::count_if(unfollowed_.begin(), unfollowed_.end(),
                    [](const auto& entry) { return entry.second.waits_since.has_value(); }));
}

bool Admission::is_excluded(const ContainerKey& id) const {
  const auto found = unfollowed_.find(id);
  return found != unfollowed_.end() && found->second.is_excluded;
}

std::uint64_t Admission::see_waiting(const SeenContainer& seen) {
  std::vector<const SeenFile*> unopened;
  for (const SeenFile& file : seen.files) {
    if (file.stat.bytes > 0) unopened.push_back(&file);
  }
  return unfollowed_[ContainerKey(seen.pod, seen.container)].files.see(seen.files, unopened);
}

std::uint64_t Admission::forget_absent(const std::set<ContainerKey>& present) {
  std::uint64_t files_gone = 0;
  for (auto entry = unfollowed_.begin(); entry != unfollowed_.end();) {
    if (present.contains(entry->first)) {
      ++entry;
    } else {
      files_gone += entry->second.files.end();
      entry = unfollowed_.erase(entry);
    }
  }
  return files_gone;
}

}  // namespace headgate::collect
