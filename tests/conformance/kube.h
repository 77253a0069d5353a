// What every Kube keeps.
//
// A Backend has:
//   Kube& kube();  PodId known();     a pod of the Deployment `api`, named as Kubernetes names it
//   static constexpr bool kKnowsAll;  false: unknown() is one that it does not know
//   PodId unknown();
#pragma once

#include <gtest/gtest.h>

#include "ports/kube.h"

namespace headgate::conformance {

template <typename Backend>
class KubeConformance : public testing::Test {
 protected:
  Backend backend_;
};
TYPED_TEST_SUITE_P(KubeConformance);

TYPED_TEST_P(KubeConformance, KnowsTheWorkloadOfAPod) {
  const std::optional<PodFacts> facts = this->backend_.kube().pod(this->backend_.known());
  ASSERT_TRUE(facts.has_value());
  EXPECT_TRUE(facts->is_selected);
  EXPECT_EQ(facts->workload, "api");
}

TYPED_TEST_P(KubeConformance, AnswersTheSameUntilSomethingChanges) {
  const std::uint64_t changes = this->backend_.kube().changes();
  const std::optional<PodFacts> first = this->backend_.kube().pod(this->backend_.known());
  const std::optional<PodFacts> second = this->backend_.kube().pod(this->backend_.known());
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(this->backend_.kube().changes(), changes);
  EXPECT_EQ(first->labels, second->labels);
  EXPECT_EQ(first->namespace_labels, second->namespace_labels);
  EXPECT_EQ(first->workload, second->workload);
}

TYPED_TEST_P(KubeConformance, SaysNothingOfAPodThatItDoesNotKnow) {
  EXPECT_EQ(this->backend_.kube().pod(this->backend_.unknown()).has_value(), TypeParam::kKnowsAll);
}

REGISTER_TYPED_TEST_SUITE_P(KubeConformance, KnowsTheWorkloadOfAPod, AnswersTheSameUntilSomethingChanges,
                            SaysNothingOfAPodThatItDoesNotKnow);

}  // namespace headgate::conformance
