// What is known of the pods on this node and of namespaces, and what follows for their collection. Pure: no
// clock, no disk, no network.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kube/api_object.h"
#include "kube/label_selector.h"
#include "model/time/timestamp.h"
#include "ports/kube.h"

namespace headgate::kube {

// Selects the pods whose logs are collected.
struct Selection {
  LabelSelector namespaces;
  LabelSelector pods;
  std::string tenant_label = {};  // label of the namespace, or else of the pod, that names the tenant; if
                                  // empty, the namespace is the tenant
  std::string node_name = {};     // only pods of this node count; if empty, those of all nodes
  // Whether a pod may exclude itself or some of its containers.
  bool allow_opt_out = true;
  // Headgate's own pods are excluded unless this is set, since collecting their logs would make more of them.
  bool collect_own_logs = false;
  std::string own_namespace = {};  // the agent's namespace; empty if not known
  std::string own_pod = {};
};

// Entries as they are kept in memory and on disk. Deleted ones stay for a while, because their logs may still
// be read.
struct KnownNamespace {
  std::map<std::string, std::string> labels = {};
  std::optional<Timestamp> gone_at = {};        // when it was deleted
  std::optional<Timestamp> deselected_at = {};  // when its labels ceased to match
  std::optional<Timestamp> asked_at = {};       // somebody asked for it after it was gone; not kept on disk
  friend bool operator==(const KnownNamespace&, const KnownNamespace&) = default;
};
struct KnownPod {
  std::map<std::string, std::string> labels = {};
  std::string workload = {};
  bool is_excluded = false;  // by annotation or label
  std::set<ContainerName> excluded_containers = {};
  // Runs that have ended, as in ApiObject; not kept on disk.
  std::map<ContainerName, std::uint32_t> runs_ended = {};
  std::optional<Timestamp> gone_at = {};
  std::optional<Timestamp> asked_at = {};  // somebody asked for it after it was gone; not kept on disk
  bool is_from_earlier_run = false;        // known when we started; not kept on disk
  friend bool operator==(const KnownPod&, const KnownPod&) = default;
};

// For one thread at a time.
class KnownPods {
 public:
  using Namespaces = std::map<Namespace, KnownNamespace>;
  using Pods = std::map<PodId, KnownPod>;
  static constexpr std::size_t kEntriesMax = 20'000;  // for pods and for namespaces; above it those deleted
                                                      // earliest are dropped, and then none is added

  explicit KnownPods(Selection selection) : selection_(std::move(selection)) {}

  // Takes a complete list, of selected and other objects alike. Whatever is not in it was deleted.
  void replace_namespaces(const std::vector<ApiObject>& all, Timestamp now);
  void replace_pods(const std::vector<ApiObject>& all, Timestamp now);
  // Takes an event that is Added, Modified or Deleted; others change nothing.
  void apply_to_namespaces(const WatchEvent& event, Timestamp now);
  void apply_to_pods(const WatchEvent& event, Timestamp now);
  // Takes what an earlier run knew, when we start. `namespaces_of` is the selector by which its namespaces
  // were found. If that differs from ours, the namespaces are not taken, since they do not tell which are
  // selected now.
  void restore(Namespaces namespaces, Pods pods, std::string_view namespaces_of, Timestamp now);
  // From now on, uses what an earlier run knew even though the API has not answered. Until then it is not
  // used, because labels may have been removed or restored while no agent ran.
  void trust_earlier_run();
  // Notes that somebody asked for the pod, so its logs still exist.
  void note_asked(const PodId& id, Timestamp now);
  // Forgets entries that were deleted, and that nobody asked for, for longer than `keep`.
  void prune(Timestamp now, std::chrono::nanoseconds keep);

  // See Kube. An unknown pod in a namespace that is not selected counts as not selected.
  std::optional<PodFacts> facts(const PodId& id) const;
  // See Kube. None if a selector needs labels that are unknown, or if the tenant's label is unknown.
  std::optional<PodFacts> assumed(const PodId& id) const;
  std::uint32_t runs_ended(const PodId& id, const ContainerName& container) const;
  bool is_informed() const { return has_namespaces_ && has_pods_; }

  const Namespaces& namespaces() const { return namespaces_; }
  const Pods& pods() const { return pods_; }
  const Selection& selection() const { return selection_; }
  // Grows with each change of namespaces() or pods().
  std::uint64_t changes() const { return changes_; }

 private:
  enum class NamespaceState : std::uint8_t { Unknown, Selected, NotSelected, Excluded };
  const KnownPod* known_pod_of(const PodId& id) const;
  NamespaceState state_of(const Namespace& name, const KnownPod* pod) const;
  bool is_out_of_date(const KnownPod* pod) const;
  bool is_left_out(const PodId& id, const KnownPod* pod) const;
  PodFacts selected_facts(const PodId& id, const KnownPod* pod) const;
  void deselect(const Namespace& name, Timestamp now);
  void put(const ApiObject& object, KnownNamespace known);
  void put_pod(const ApiObject& object);

  const Selection selection_;
  Namespaces namespaces_;
  Pods pods_;
  bool has_namespaces_ = false;         // from an answer of the API, or an undamaged file
  bool has_listed_namespaces_ = false;  // from an answer of the API since we started
  bool has_pods_ = false;
  bool has_listed_pods_ = false;
  bool is_earlier_run_trusted_ = false;
  std::uint64_t changes_ = 0;
};

// The pod as /var/log/pods names it. A static pod has the uid that its kubelet gave it, not that of its
// mirror.
PodId id_on_disk(const ApiObject& pod);

}  // namespace headgate::kube
