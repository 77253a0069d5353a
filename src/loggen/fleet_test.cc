#include "loggen/fleet.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "model/workload_name.h"

namespace headgate::loggen {
namespace {

bool is_hash(std::string_view text) {
  return text.find_first_not_of("456789bcdf") == std::string_view::npos;
}

bool is_random_name(std::string_view text) {
  return text.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string_view::npos;
}

TEST(Fleet, NamesPodsAsAReplicaSetDoes) {
  Chance chance(7);
  const Fleet fleet =
      make_fleet({.tenants = 2, .applications = 3, .pods = 2, .containers = 2}, chance).value();
  ASSERT_EQ(fleet.pods.size(), 12u);
  ASSERT_EQ(fleet.containers.size(), 24u);
  for (const Pod& pod : fleet.pods) {
    const std::string& name = pod.name.str();
    const std::string start = pod.application.str() + "-";
    ASSERT_TRUE(name.starts_with(start)) << name;
    const std::string rest = name.substr(start.size());
    ASSERT_EQ(rest.size(), 16u) << name;
    EXPECT_TRUE(is_hash(rest.substr(0, 10))) << name;
    EXPECT_EQ(rest[10], '-') << name;
    EXPECT_TRUE(is_random_name(rest.substr(11))) << name;
    EXPECT_EQ(workload_of(pod.name), pod.application.str());
    EXPECT_EQ(pod.uid.size(), 36u);
    EXPECT_EQ(directory_of(pod), pod.namespace_name.str() + "_" + name + "_" + pod.uid);
  }
  EXPECT_EQ(fleet.pods[0].name.view().substr(0, 19), fleet.pods[1].name.view().substr(0, 19))
      << "the pods of an application share the ReplicaSet's hash";
  EXPECT_EQ(fleet.containers[0].name.str(), fleet.pods[0].application.str());
  EXPECT_EQ(fleet.containers[1].name.str(), "istio-proxy");
}

TEST(Fleet, GivesEachPodAndTenantANameOfItsOwn) {
  Chance chance(7);
  const Fleet fleet =
      make_fleet({.tenants = 30, .applications = 30, .pods = 2, .containers = 1}, chance).value();
  std::set<std::string> directories;
  std::set<std::string> applications;
  for (const Pod& pod : fleet.pods) {
    directories.insert(directory_of(pod));
    applications.insert(pod.application.str());
  }
  EXPECT_EQ(directories.size(), fleet.pods.size());
  EXPECT_EQ(applications.size(), 30u);
  EXPECT_EQ(fleet.pods.front().namespace_name.str(), "tenant-a");
  EXPECT_EQ(fleet.pods[26 * 60].namespace_name.str(), "tenant-aa");
}

TEST(Fleet, RefusesNoneAndTooMany) {
  struct Case {
    FleetOptions options;
    std::string_view names;
  };
  for (const Case& tried : {Case{{.tenants = 0}, "tenants: "}, Case{{.applications = 0}, "applications: "},
                            Case{{.pods = 0}, "pods: "}, Case{{.containers = 0}, "containers: "},
                            Case{{.tenants = 10'001, .applications = 1, .pods = 1}, "over 10000 containers"},
                            Case{{.tenants = ~0u, .applications = ~0u, .pods = ~0u, .containers = ~0u},
                                 "over 10000 containers"}}) {
    Chance chance(1);
    const Result<Fleet> made = make_fleet(tried.options, chance);
    ASSERT_FALSE(made.ok()) << tried.names;
    EXPECT_EQ(made.error().fault, Fault::Invalid);
    EXPECT_NE(made.error().what.find(tried.names), std::string::npos) << made.error().what;
  }
}

}  // namespace
}  // namespace headgate::loggen
