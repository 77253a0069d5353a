#include "kube/known_pods.h"

#include <algorithm>
#include <utility>

#include "kube/workload_owner.h"

namespace headgate::kube {
namespace {

// https://vector.dev/docs/reference/configuration/sources/kubernetes_logs/#pod-exclusion
constexpr std::string_view kVectorExclude = "vector.dev/exclude";

bool says_true(const std::map<std::string, std::string>& texts, std::string_view name) {
  const auto found = texts.find(std::string(name));
  return found != texts.end() && found->second == "true";
}

void add_names(const ApiObject& pod, std::string_view annotation, std::set<ContainerName>& into) {
  const auto found = pod.annotations.find(std::string(annotation));
  if (found == pod.annotations.end()) return;
  std::string_view rest = found->second;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) into.emplace(name);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
}

KnownPod known_pod(const ApiObject& pod) {
  KnownPod known;
  known.labels = pod.labels;
  known.workload = workload_of(pod);
  known.is_excluded =
      says_true(pod.annotations, annotation::kExclude) || says_true(pod.labels, kVectorExclude);
  add_names(pod, annotation::kExcludeContainers, known.excluded_containers);
  add_names(pod, annotation::kVectorExcludeContainers, known.excluded_containers);
  return known;
}

template <typename Entries>
void mark_gone(Entries& entries, const std::set<typename Entries::key_type>& still_there, Timestamp now,
               std::uint64_t& changes) {
  for (auto& [key, known] : entries) {
    if (known.gone_at || still_there.contains(key)) continue;
    known.gone_at = now;
    ++changes;
  }
}

// Whether there is room for one more: the entry gone for longest makes it, if there is one.
template <typename Entries>
bool make_room(Entries& entries) {
  if (entries.size() < KnownPods::kEntriesMax) return true;
  auto longest = entries.end();
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (!entry->second.gone_at) continue;
    if (longest == entries.end() || *entry->second.gone_at < *longest->second.gone_at) longest = entry;
  }
  if (longest == entries.end()) return false;
  entries.erase(longest);
  return true;
}

template <typename Entries>
void put_entry(Entries& entries, const typename Entries::key_type& key, typename Entries::mapped_type known,
               std::uint64_t& changes) {
  const auto found = entries.find(key);
  if (found != entries.end()) {
    if (found->second == known) return;
    found->second = std::move(known);
  } else {
    if (!make_room(entries)) return;
    entries.emplace(key, std::move(known));
  }
  ++changes;
}

template <typename Entries>
void mark_one_gone(Entries& entries, const typename Entries::key_type& key, Timestamp now,
                   std::uint64_t& changes) {
  const auto found = entries.find(key);
  if (found == entries.end() || found->second.gone_at) return;
  found->second.gone_at = now;
  ++changes;
}

}  // namespace

PodId id_on_disk(const ApiObject& pod) {
  const auto mirror = pod.annotations.find(std::string(annotation::kConfigMirror));
  const bool is_static = mirror != pod.annotations.end() && !mirror->second.empty();
  return {Namespace(pod.namespace_name), PodName(pod.name), is_static ? mirror->second : pod.uid};
}

void KnownPods::put(const ApiObject& object, KnownNamespace known) {
  put_entry(namespaces_, Namespace(object.name), std::move(known), changes_);
}

void KnownPods::put_pod(const ApiObject& object) {
  put_entry(pods_, id_on_disk(object), known_pod(object), changes_);
}

// A server that does not know a selector sends more than was asked for: each object is judged again.
void KnownPods::replace_namespaces(const std::vector<ApiObject>& all, Timestamp now) {
  std::set<Namespace> there;
  for (const ApiObject& object : all) {
    if (selection_.namespaces.matches(object.labels)) there.emplace(object.name);
  }
  mark_gone(namespaces_, there, now, changes_);
  for (const ApiObject& object : all) {
    if (selection_.namespaces.matches(object.labels)) put(object, {.labels = object.labels});
  }
  changes_ += has_namespaces_ ? 0 : 1;
  has_namespaces_ = true;
}

void KnownPods::replace_pods(const std::vector<ApiObject>& all, Timestamp now) {
  const auto is_ours = [&](const ApiObject& object) {
    return selection_.node_name.empty() || object.node_name.empty() ||
           object.node_name == selection_.node_name;
  };
  std::set<PodId> there;
  for (const ApiObject& object : all) {
    if (is_ours(object)) there.insert(id_on_disk(object));
  }
  mark_gone(pods_, there, now, changes_);
  for (const ApiObject& object : all) {
    if (is_ours(object)) put_pod(object);
  }
  changes_ += has_pods_ ? 0 : 1;
  has_pods_ = true;
}

void KnownPods::apply_to_namespaces(const WatchEvent& event, Timestamp now) {
  if (event.kind == WatchEvent::Kind::Bookmark || event.kind == WatchEvent::Kind::Error) return;
  const bool is_there =
      event.kind != WatchEvent::Kind::Deleted && selection_.namespaces.matches(event.object.labels);
  if (is_there) {
    put(event.object, {.labels = event.object.labels});
  } else {
    mark_one_gone(namespaces_, Namespace(event.object.name), now, changes_);
  }
}

void KnownPods::apply_to_pods(const WatchEvent& event, Timestamp now) {
  if (event.kind == WatchEvent::Kind::Bookmark || event.kind == WatchEvent::Kind::Error) return;
  const std::string& node = event.object.node_name;
  if (!selection_.node_name.empty() && !node.empty() && node != selection_.node_name) return;
  if (event.kind == WatchEvent::Kind::Deleted) {
    // Its last state too: it may have come and gone between two looks of ours.
    if (!pods_.contains(id_on_disk(event.object))) put_pod(event.object);
    mark_one_gone(pods_, id_on_disk(event.object), now, changes_);
  } else {
    put_pod(event.object);
  }
}

void KnownPods::restore(Namespaces namespaces, Pods pods, std::string_view namespaces_of) {
  pods_ = std::move(pods);
  has_pods_ = true;
  if (namespaces_of == selection_.namespaces.text()) {
    namespaces_ = std::move(namespaces);
    has_namespaces_ = true;
  }
  ++changes_;
}

void KnownPods::prune(Timestamp now, std::chrono::nanoseconds keep) {
  const auto is_over = [&](const auto& entry) {
    return entry.second.gone_at && now - *entry.second.gone_at > keep;
  };
  changes_ += std::erase_if(pods_, is_over);
  changes_ += std::erase_if(namespaces_, is_over);
}

KnownPods::NamespaceState KnownPods::state_of(const Namespace& name, bool is_pod_gone) const {
  const auto found = namespaces_.find(name);
  if (found != namespaces_.end()) {
    if (says_true(found->second.labels, kVectorExclude)) return NamespaceState::Excluded;
    // A namespace is deleted after its pods. With a pod alive in it, it only lost its label.
    const bool is_selected =
        !found->second.gone_at || is_pod_gone || selection_.namespaces.selects_everything();
    return is_selected ? NamespaceState::Selected : NamespaceState::NotSelected;
  }
  if (selection_.namespaces.selects_everything()) return NamespaceState::Selected;
  return has_namespaces_ ? NamespaceState::NotSelected : NamespaceState::Unknown;
}

std::optional<PodFacts> KnownPods::facts(const PodId& id) const {
  const auto found = pods_.find(id);
  const bool is_known = found != pods_.end();
  const NamespaceState state = state_of(id.namespace_name, !is_known || found->second.gone_at.has_value());

  PodFacts facts;
  facts.is_selected = false;
  facts.is_excluded = state == NamespaceState::Excluded || (is_known && found->second.is_excluded);
  if (facts.is_excluded || state == NamespaceState::NotSelected) return facts;
  if (!is_known) return std::nullopt;
  if (!selection_.pods.matches(found->second.labels)) return facts;
  const auto in = namespaces_.find(id.namespace_name);
  const bool is_missing = in == namespaces_.end() && selection_.needs_namespace_labels;
  if (state == NamespaceState::Unknown || is_missing) return std::nullopt;

  facts.is_selected = true;
  facts.labels = found->second.labels;
  facts.workload = found->second.workload;
  facts.excluded_containers = found->second.excluded_containers;
  if (in != namespaces_.end()) facts.namespace_labels = in->second.labels;
  return facts;
}

}  // namespace headgate::kube
