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

// Recognizes Headgate's pods by the labels that our manifests, Helm charts and users give them.
bool is_headgate(const KnownPod& pod) {
  for (const char* label : {"app.kubernetes.io/part-of", "app.kubernetes.io/name", "app"}) {
    const auto found = pod.labels.find(label);
    if (found == pod.labels.end()) continue;
    if (found->second == "headgate" || found->second.starts_with("headgate-")) return true;
  }
  return false;
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
  for (const auto& [name, runs] : pod.runs_ended) known.runs_ended.emplace(name, runs);
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

// The time since which an entry is not needed; none if it is needed. A deselected namespace is not needed,
// because an unknown one counts as not selected.
std::optional<Timestamp> unneeded_since(const KnownPod& known) {
  return known.gone_at;
}
std::optional<Timestamp> unneeded_since(const KnownNamespace& known) {
  return known.gone_at ? known.gone_at : known.deselected_at;
}

// Makes room for one more entry by dropping the one that was deleted earliest. Returns false if there is
// none.
template <typename Entries>
bool make_room(Entries& entries) {
  if (entries.size() < KnownPods::kEntriesMax) return true;
  auto longest = entries.end();
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (!unneeded_since(entry->second)) continue;
    if (longest == entries.end() || *unneeded_since(entry->second) < *unneeded_since(longest->second))
      longest = entry;
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
  const PodId id = id_on_disk(object);
  KnownPod known = known_pod(object);
  const KnownPod* const before = known_pod_of(id);
  known.is_from_earlier_run = before != nullptr && before->is_from_earlier_run;
  put_entry(pods_, id, std::move(known), changes_);
}

// A namespace lost its label: nothing of it is collected any more, even if its pods still run. If it was
// deleted and created again without the label, it never was selected.
void KnownPods::deselect(const Namespace& name, Timestamp now) {
  const auto found = namespaces_.find(name);
  if (found == namespaces_.end() || (found->second.deselected_at && !found->second.gone_at)) return;
  if (found->second.gone_at) {
    namespaces_.erase(found);
  } else {
    found->second = {.deselected_at = now};
  }
  ++changes_;
}

void KnownPods::replace_namespaces(const std::vector<ApiObject>& all, Timestamp now) {
  std::set<Namespace> there;
  for (const ApiObject& object : all) there.emplace(object.name);
  mark_gone(namespaces_, there, now, changes_);
  for (const ApiObject& object : all) {
    if (selection_.namespaces.matches(object.labels)) {
      put(object, {.labels = object.labels});
    } else {
      deselect(Namespace(object.name), now);
    }
  }
  changes_ += has_listed_namespaces_ ? 0 : 1;
  has_namespaces_ = true;
  has_listed_namespaces_ = true;
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
  changes_ += has_listed_pods_ ? 0 : 1;
  has_pods_ = true;
  has_listed_pods_ = true;
}

void KnownPods::apply_to_namespaces(const WatchEvent& event, Timestamp now) {
  if (event.kind == WatchEvent::Kind::Bookmark || event.kind == WatchEvent::Kind::Error) return;
  const Namespace name(event.object.name);
  const bool is_deleted = event.kind == WatchEvent::Kind::Deleted;
  if (!selection_.namespaces.matches(event.object.labels)) {
    deselect(name, now);
  } else if (!is_deleted || !namespaces_.contains(name)) {
    // Its last state too: it may have come and gone between two looks of ours.
    put(event.object, {.labels = event.object.labels});
  }
  if (is_deleted) mark_one_gone(namespaces_, name, now, changes_);
}

void KnownPods::apply_to_pods(const WatchEvent& event, Timestamp now) {
  if (event.kind == WatchEvent::Kind::Bookmark || event.kind == WatchEvent::Kind::Error) return;
  const std::string& node = event.object.node_name;
  if (!selection_.node_name.empty() && !node.empty() && node != selection_.node_name) return;
  if (event.kind == WatchEvent::Kind::Deleted) {
    // Its last state too: it may have come and gone between two looks of ours.
    const PodId id = id_on_disk(event.object);
    const auto known = pods_.find(id);
    if (known == pods_.end()) {
      put_pod(event.object);
    } else if (!event.object.runs_ended.empty()) {
      known->second.runs_ended = known_pod(event.object).runs_ended;
      ++changes_;
    }
    mark_one_gone(pods_, id, now, changes_);
  } else {
    put_pod(event.object);
  }
}

void KnownPods::restore(Namespaces namespaces, Pods pods, std::string_view namespaces_of, Timestamp now) {
  pods_ = std::move(pods);
  has_pods_ = true;
  for (auto& [id, known] : pods_) {
    known.is_from_earlier_run = true;
    if (known.gone_at) known.asked_at = now;
  }
  if (namespaces_of == selection_.namespaces.text()) {
    namespaces_ = std::move(namespaces);
    has_namespaces_ = true;
    for (auto& [name, known] : namespaces_) {
      if (known.gone_at) known.asked_at = now;
    }
  }
  ++changes_;
}

void KnownPods::trust_earlier_run() {
  if (is_earlier_run_trusted_) return;
  is_earlier_run_trusted_ = true;
  ++changes_;
}

void KnownPods::note_asked(const PodId& id, Timestamp now) {
  const auto pod = pods_.find(id);
  if (pod != pods_.end() && pod->second.gone_at) pod->second.asked_at = now;
  const auto in = namespaces_.find(id.namespace_name);
  if (in != namespaces_.end() && in->second.gone_at) in->second.asked_at = now;
}

void KnownPods::prune(Timestamp now, std::chrono::nanoseconds keep) {
  const auto is_over = [&](const auto& entry) {
    const auto& known = entry.second;
    return known.gone_at && now - *known.gone_at > keep && (!known.asked_at || now - *known.asked_at > keep);
  };
  changes_ += std::erase_if(pods_, is_over);
  changes_ += std::erase_if(namespaces_, is_over);
}

const KnownPod* KnownPods::known_pod_of(const PodId& id) const {
  const auto found = pods_.find(id);
  return found == pods_.end() ? nullptr : &found->second;
}

// `pod` is a pod of the namespace, or null if none is known.
KnownPods::NamespaceState KnownPods::state_of(const Namespace& name, const KnownPod* pod) const {
  const bool selects_everything = selection_.namespaces.selects_everything();
  if (!has_listed_namespaces_ && !is_earlier_run_trusted_) return NamespaceState::Unknown;
  const auto found = namespaces_.find(name);
  if (found == namespaces_.end())
    return has_namespaces_ && !selects_everything ? NamespaceState::NotSelected : NamespaceState::Unknown;
  const KnownNamespace& known = found->second;
  // Counts as excluded: what its pods write until it is selected again is never collected.
  if (known.deselected_at || says_true(known.labels, kVectorExclude)) return NamespaceState::Excluded;
  // A namespace is deleted after its pods. So a living pod is in a new namespace of that name, of which we
  // have not heard yet.
  if (known.gone_at && pod != nullptr && !pod->gone_at && !selects_everything)
    return NamespaceState::NotSelected;
  return is_out_of_date(pod) ? NamespaceState::Unknown : NamespaceState::Selected;
}

// What is known of the pod or its namespace may have changed before we started.
bool KnownPods::is_out_of_date(const KnownPod* pod) const {
  if (pod != nullptr && !pod->is_from_earlier_run) return !has_listed_namespaces_;
  return !is_earlier_run_trusted_ && !(has_listed_namespaces_ && has_listed_pods_);
}

// Whether the pod is one of Headgate itself, or excludes itself where it may. Anybody who names a pod
// headgate excludes it.
bool KnownPods::is_left_out(const PodId& id, const KnownPod* pod) const {
  const bool is_in_own_namespace =
      !selection_.own_namespace.empty() && id.namespace_name.view() == selection_.own_namespace;
  if (!selection_.collect_own_logs) {
    if (is_in_own_namespace && !selection_.own_pod.empty() && id.pod.view() == selection_.own_pod)
      return true;
    if (pod != nullptr && (is_in_own_namespace || selection_.allow_opt_out) && is_headgate(*pod)) return true;
  }
  return pod != nullptr && selection_.allow_opt_out && pod->is_excluded;
}

// `pod` is null if it is not known.
PodFacts KnownPods::selected_facts(const PodId& id, const KnownPod* pod) const {
  PodFacts facts;
  if (pod != nullptr) {
    facts.labels = pod->labels;
    facts.workload = pod->workload;
    if (selection_.allow_opt_out) facts.excluded_containers = pod->excluded_containers;
  }
  const auto in = namespaces_.find(id.namespace_name);
  if (in != namespaces_.end()) facts.namespace_labels = in->second.labels;
  return facts;
}

std::uint32_t KnownPods::runs_ended(const PodId& id, const ContainerName& container) const {
  const KnownPod* const pod = known_pod_of(id);
  if (pod == nullptr) return 0;
  const auto found = pod->runs_ended.find(container);
  return found == pod->runs_ended.end() ? 0 : found->second;
}

std::optional<PodFacts> KnownPods::facts(const PodId& id) const {
  const KnownPod* const pod = known_pod_of(id);
  const NamespaceState state = state_of(id.namespace_name, pod);
  const bool may_have_changed =
      pod != nullptr && pod->is_from_earlier_run && !has_listed_pods_ && !is_earlier_run_trusted_;
  if (may_have_changed) return std::nullopt;
  PodFacts facts;
  facts.is_selected = false;
  facts.is_excluded = state == NamespaceState::Excluded || is_left_out(id, pod);
  if (facts.is_excluded || state == NamespaceState::NotSelected) return facts;
  if (pod == nullptr) return std::nullopt;
  if (!selection_.pods.matches(pod->labels)) return facts;
  if (state == NamespaceState::Unknown) return std::nullopt;
  return selected_facts(id, pod);
}

std::optional<PodFacts> KnownPods::assumed(const PodId& id) const {
  if (std::optional<PodFacts> known = facts(id)) return known;
  const bool is_told = has_listed_namespaces_ && has_listed_pods_;
  const bool is_selective = !selection_.namespaces.selects_everything() ||
                            !selection_.pods.selects_everything() || !selection_.tenant_label.empty();
  if (!is_informed() && is_selective) return std::nullopt;  // one of the two lists alone is not enough
  if (is_informed() && !is_told && !is_earlier_run_trusted_) return std::nullopt;
  const KnownPod* const pod = known_pod_of(id);
  if (pod == nullptr && !selection_.pods.selects_everything()) return std::nullopt;
  const auto in = namespaces_.find(id.namespace_name);
  const bool is_namespace_known = in != namespaces_.end();
  if (!is_namespace_known && !selection_.namespaces.selects_everything()) return std::nullopt;
  PodFacts assumed = selected_facts(id, pod);
  if (!selection_.tenant_label.empty()) {
    // The namespace's label overrides the pod's, so it must be known that the namespace has none.
    const auto tenant = assumed.namespace_labels.find(selection_.tenant_label);
    const bool is_named = tenant != assumed.namespace_labels.end() && !tenant->second.empty();
    if (!is_named && (!is_namespace_known || pod == nullptr)) return std::nullopt;
  }
  return assumed;
}

}  // namespace headgate::kube
