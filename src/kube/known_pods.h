// What we know of the pods on this node and of the selected namespaces, and what follows from it. Pure: no
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

// Whose logs are wanted.
struct Selection {
  LabelSelector namespaces;
  LabelSelector pods;
  std::string tenant_label = {};  // of the namespace, or else of the pod; empty: the namespace is the tenant
  std::string node_name = {};     // pods of other nodes are passed over; empty: of all nodes
  // Whether a pod may exclude itself, or containers of its own.
  bool allow_opt_out = true;
  // Headgate's own pods are left out unless this is set: collecting their logs would make more of them.
  bool collect_own_logs = false;
  std::string own_namespace = {};  // of the agent; empty: not known
  std::string own_pod = {};
};

// As it is kept, in memory and on disk. Gone ones stay a while: their logs may still be being read.
struct KnownNamespace {
  std::map<std::string, std::string> labels = {};
  std::optional<Timestamp> gone_at = {};        // deleted
  std::optional<Timestamp> deselected_at = {};  // it was selected, and its labels no longer match
  std::optional<Timestamp> asked_at = {};       // somebody asked for it after it was gone; not kept on disk
  friend bool operator==(const KnownNamespace&, const KnownNamespace&) = default;
};
struct KnownPod {
  std::map<std::string, std::string> labels = {};
  std::string workload = {};
  bool is_excluded = false;  // by annotation or label
  std::set<ContainerName> excluded_containers = {};
  // Of its containers, as ApiObject has it; not kept on disk.
  std::map<ContainerName, std::uint32_t> runs_ended = {};
  std::optional<Timestamp> gone_at = {};
  std::optional<Timestamp> asked_at = {};  // somebody asked for it after it was gone; not kept on disk
  bool is_from_earlier_run = false;        // it was known at our start; not kept on disk
  friend bool operator==(const KnownPod&, const KnownPod&) = default;
};

// One thread at a time.
class KnownPods {
 public:
  using Namespaces = std::map<Namespace, KnownNamespace>;
  using Pods = std::map<PodId, KnownPod>;
  static constexpr std::size_t kEntriesMax =
      20'000;  // of each; over it the longest gone go first, then none is added

  explicit KnownPods(Selection selection) : selection_(std::move(selection)) {}

  // All there are now, selected or not: what is not among them is gone.
  void replace_namespaces(const std::vector<ApiObject>& all, Timestamp now);
  void replace_pods(const std::vector<ApiObject>& all, Timestamp now);
  // Added, Modified or Deleted; others change nothing.
  void apply_to_namespaces(const WatchEvent& event, Timestamp now);
  void apply_to_pods(const WatchEvent& event, Timestamp now);
  // What an earlier run knew, at our start. `namespaces_of` is the selector that its namespaces were found
  // by: with another one, they say nothing about which are selected now and are not taken.
  void restore(Namespaces namespaces, Pods pods, std::string_view namespaces_of, Timestamp now);
  // What an earlier run knew is older than what happened while no agent ran (a label taken away, or given
  // back), so nothing is said by it before the API has answered, or until this call: the API is taken to be
  // away.
  void trust_earlier_run();
  // Somebody asks for the pod: its logs are still there.
  void note_asked(const PodId& id, Timestamp now);
  // Forgets what has been gone, and what nobody has asked for, for longer than `keep`.
  void prune(Timestamp now, std::chrono::nanoseconds keep);

  // See Kube. A pod that no one knows in a namespace that is not selected is known not to be selected.
  std::optional<PodFacts> facts(const PodId& id) const;
  // See Kube. Empty where a selector has to know what nobody knows, or the tenant's label.
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
  bool has_namespaces_ = false;         // an answer of the API, or a sound copy of one
  bool has_listed_namespaces_ = false;  // an answer of the API since we started
  bool has_pods_ = false;
  bool has_listed_pods_ = false;
  bool is_earlier_run_trusted_ = false;
  std::uint64_t changes_ = 0;
};

// The pod as /var/log/pods names it: of a static pod with the uid that kubelet gave it, not its mirror's.
PodId id_on_disk(const ApiObject& pod);

}  // namespace headgate::kube
