#include "tenants/groups.h"

#include <gtest/gtest.h>

namespace headgate::tenants {
namespace {

Groups two_groups() {
  return Groups::make({{"Infra", {"etcd", "kube-apiserver"}}, {"audit", {"audit-log", "etcd"}}}).value();
}

bool wants_it(std::vector<std::string> desired_logs, const char* application) {
  TenantConfiguration row;
  row.desired_logs = std::move(desired_logs);
  return wants(row, Application(application), two_groups());
}

TEST(Wants, TakesEverythingWhenNothingIsNamed) {
  EXPECT_TRUE(wants_it({}, "api"));
  EXPECT_TRUE(wants_it({""}, "api"));
  EXPECT_TRUE(wants_it({}, ""));
}

TEST(Wants, SaysWhetherThatIsEveryApplication) {
  TenantConfiguration row;
  EXPECT_TRUE(wants_all(row));
  row.desired_logs = {""};
  EXPECT_TRUE(wants_all(row));
  row.desired_logs = {"api", ""};
  EXPECT_FALSE(wants_all(row));
}

TEST(Wants, MatchesApplicationsExactlyAndWithTheirCase) {
  EXPECT_TRUE(wants_it({"web", "api"}, "api"));
  EXPECT_FALSE(wants_it({"api"}, "API"));
  EXPECT_FALSE(wants_it({"api"}, "api2"));
  EXPECT_FALSE(wants_it({"api"}, "ap"));
  EXPECT_FALSE(wants_it({"api", ""}, "web"));
}

TEST(Wants, TakesTheMembersOfAGroupWhateverTheCaseOfItsName) {
  for (const char* name : {"infra", "Infra", "INFRA"}) {
    EXPECT_TRUE(wants_it({name}, "etcd")) << name;
    EXPECT_FALSE(wants_it({name}, "ETCD")) << name;
    EXPECT_FALSE(wants_it({name}, "audit-log")) << name;
  }
  EXPECT_TRUE(wants_it({"api", "audit", "infra"}, "audit-log"));
  EXPECT_TRUE(wants_it({"api", "audit"}, "api"));
  EXPECT_TRUE(wants_it({"infra"}, "infra"));   // an application of that very name
  EXPECT_FALSE(wants_it({"INFRA"}, "infra"));  // which is no member of the group
}

TEST(Wants, LetsNothingThroughForNamesThatItDoesNotKnow) {
  EXPECT_FALSE(wants_it({"infar"}, "etcd"));
  EXPECT_FALSE(wants_it({"infar", "audti"}, "api"));
  TenantConfiguration row;
  row.desired_logs = {"infra"};
  EXPECT_FALSE(wants(row, Application("etcd"), Groups()));
}

TEST(Groups, RefuseNamesThatDifferOnlyInCaseAndEmptyOnes) {
  EXPECT_EQ(Groups::make({{"a", {"x"}}, {"A", {"y"}}}).error().what,
            "group \"a\" exists twice; case does not matter in names of groups");
  EXPECT_FALSE(Groups::make({{"", {"x"}}}).ok());
  EXPECT_FALSE(Groups::make({{"a", {""}}}).ok());
  EXPECT_TRUE(Groups::make({{"a", {}}}).ok());
}

}  // namespace
}  // namespace headgate::tenants
