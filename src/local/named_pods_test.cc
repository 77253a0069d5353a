#include "local/named_pods.h"

#include "conformance/kube.h"

namespace headgate::conformance {
namespace {

struct NamedPodsFixture {
  static constexpr bool kKnowsAll = true;
  Kube& kube() { return pods_; }
  PodId known() { return {Namespace("team-a"), PodName("api-6d4b75cb6d-hwx2k"), "uid-1"}; }
  PodId unknown() { return {Namespace("nowhere"), PodName("never-was"), "uid-2"}; }
  local::NamedPods pods_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(NamedPods, KubeConformance, NamedPodsFixture);

}  // namespace
}  // namespace headgate::conformance
