#include "kube/workload_owner.h"

#include <string_view>

namespace headgate::kube {
namespace {

struct Suffix {
  std::string_view alphabet;
  std::size_t length_min;
  std::size_t length_max;
};
// The hash is a 32-bit number in decimal, encoded with safe letters and digits:
// k8s.io/apimachinery/pkg/util/rand.
constexpr Suffix kTemplateHash = {"bcdfghjklmnpqrstvwxz2456789", 8, 10};
constexpr Suffix kScheduledTime = {"0123456789", 8, 10};

// `name` without `-<end>`, or `name` itself if it does not end so.
std::string_view without_end(std::string_view name, std::string_view end) {
  if (end.empty() || name.size() <= end.size() + 1 || !name.ends_with(end)) return name;
  const std::size_t dash = name.size() - end.size() - 1;
  return name[dash] == '-' ? name.substr(0, dash) : name;
}

std::string_view without(std::string_view name, const Suffix& suffix) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return name;
  const std::string_view last = name.substr(dash + 1);
  if (last.size() < suffix.length_min || last.size() > suffix.length_max) return name;
  return last.find_first_not_of(suffix.alphabet) == std::string_view::npos ? name.substr(0, dash) : name;
}

}  // namespace

std::string workload_of(const ApiObject& pod) {
  const std::string_view owner = pod.owner_name;
  if (pod.owner_kind == "Node" && !owner.empty()) return std::string(without_end(pod.name, owner));
  if (owner.empty()) return pod.name;
  if (pod.owner_kind == "ReplicaSet") {
    const auto hash = pod.labels.find("pod-template-hash");
    if (hash != pod.labels.end()) return std::string(without_end(owner, hash->second));
    return std::string(without(owner, kTemplateHash));
  }
  if (pod.owner_kind == "Job") return std::string(without(owner, kScheduledTime));
  return pod.owner_name;
}

}  // namespace headgate::kube
