#include "tenants/completion.h"

#include <gtest/gtest.h>

#include "tenants/groups.h"

namespace headgate::tenants {
namespace {

constexpr const char* kRole = "arn:aws:iam::111122223333:role/CustomerLogDistribution-1";

Rules rules_with_predecessors() {
  Rules rules{.backend = Backend::Aws, .central_buckets = {BucketName("central-logs")}};
  rules.central_accounts = {"999988887777"};
  rules.predecessor_rows = true;
  rules.own_account = "999988887777";
  return rules;
}

// A row with only the fields in the predecessor's README.
TenantConfiguration readme_row() {
  TenantConfiguration row;
  row.tenant = TenantId("acme");
  row.type = DestinationName("cloudwatch");
  row.enabled = true;
  row.target_region = "us-east-2";
  row.log_distribution_role_arn = kRole;
  row.log_group_name = "/aws/logs/acme";
  return row;
}

// A row with the fields in the predecessor's API and its documents.
TenantConfiguration bucket_row() {
  TenantConfiguration row;
  row.tenant = TenantId("acme");
  row.type = DestinationName("s3");
  row.enabled = true;
  row.bucket_name = "acme-archive";
  return row;
}

std::vector<TenantConfiguration> completed(const std::vector<TenantConfiguration>& rows, const Rules& rules) {
  std::vector<StoredConfiguration> stored;
  for (const TenantConfiguration& row : rows) stored.push_back({.configuration = row, .undecodable = ""});
  complete_rows(stored, rules);
  std::vector<TenantConfiguration> made;
  for (StoredConfiguration& row : stored) made.push_back(std::move(row.configuration));
  return made;
}
TenantConfiguration completed(const TenantConfiguration& row, const Rules& rules) {
  return completed(std::vector<TenantConfiguration>{row}, rules)[0];
}

std::string problems_of(const TenantConfiguration& row, const Rules& rules) {
  return in_words(validate(row, rules));
}

TEST(Completion, TheAccountIsThatOfTheRoleWhateverIsSet) {
  const TenantConfiguration row = completed(readme_row(), Rules{});
  EXPECT_EQ(row.account_id, "111122223333");
  EXPECT_EQ(row.external_id, "");
  const std::string problems = problems_of(row, Rules{});
  EXPECT_EQ(problems.find("account_id"), std::string::npos) << problems;
  EXPECT_NE(problems.find("external_id: is missing"), std::string::npos) << problems;
  EXPECT_NE(problems.find("tenants.predecessor_rows"), std::string::npos) << problems;
}

TEST(Completion, ThePredecessorsReadmeRowIsWhole) {
  const Rules rules = rules_with_predecessors();
  const TenantConfiguration row = completed(readme_row(), rules);
  EXPECT_EQ(problems_of(row, rules), "");
  EXPECT_EQ(row.account_id, "111122223333");
  EXPECT_EQ(row.external_id, "999988887777");
  EXPECT_TRUE(row.external_id_is_central_account);
  EXPECT_EQ(row.target_region, "us-east-2");
}

TEST(Completion, WhatThePredecessorsRowsLeaveOutIsAsItWasThere) {
  const Rules rules = rules_with_predecessors();
  TenantConfiguration logs = readme_row();
  logs.target_region.clear();
  logs.bucket_name = "left-over";  // the predecessor's API stored fields of either type
  logs.ttl = 0;
  logs.desired_logs = {"api", "web", "api"};
  const auto rows = completed({logs, bucket_row()}, rules);
  for (const TenantConfiguration& row : rows) EXPECT_EQ(problems_of(row, rules), "") << row.type.view();
  EXPECT_EQ(rows[0].target_region, "us-east-1");
  EXPECT_EQ(rows[0].desired_logs, (std::vector<std::string>{"api", "web"}));
  EXPECT_FALSE(rows[0].ttl.has_value());
  EXPECT_EQ(rows[1].target_region, "us-east-1");
  EXPECT_EQ(rows[1].bucket_prefix, "ROSA/cluster-logs/");
  EXPECT_EQ(rows[1].account_id, "111122223333") << "that of the tenant's other row";
}

TEST(Completion, OnlyThePredecessorsRowsMayOmitABucketsAccount) {
  const Rules rules = rules_with_predecessors();
  EXPECT_EQ(problems_of(completed(bucket_row(), rules), rules), "");
  Rules without = rules;
  without.predecessor_rows = false;
  EXPECT_NE(problems_of(completed(bucket_row(), without), without).find("account_id: is missing"),
            std::string::npos);
  TenantConfiguration ours = bucket_row();
  ours.version = 1;
  ours.target_region = "us-east-1";
  EXPECT_NE(problems_of(completed(ours, rules), rules).find("account_id: is missing"), std::string::npos);
  EXPECT_EQ(completed(ours, rules).bucket_prefix, "") << "of ours, no prefix is the bucket's root";
}

TEST(Completion, ARoleInABucketsRowTellsTheAccountAndIsNotTaken) {
  const Rules rules = rules_with_predecessors();
  TenantConfiguration row = bucket_row();
  row.log_distribution_role_arn = kRole;
  row.log_group_name = "/left/over";
  row = completed(row, rules);
  EXPECT_EQ(problems_of(row, rules), "");
  EXPECT_EQ(row.account_id, "111122223333");
  EXPECT_EQ(row.log_distribution_role_arn, "");
}

TEST(Completion, OtherRowsOfTwoAccountsTellNone) {
  const Rules rules = rules_with_predecessors();
  TenantConfiguration other = readme_row();
  other.type = DestinationName("cloudwatch#b");
  other.log_distribution_role_arn = "arn:aws:iam::444455556666:role/x";
  EXPECT_EQ(completed({readme_row(), other, bucket_row()}, rules)[2].account_id, "");
}

TEST(Completion, ARowWithAnExternalIdOrAVersionIsOurs) {
  const Rules rules = rules_with_predecessors();
  TenantConfiguration row = readme_row();
  row.external_id = "0b0f54a6-2a4c-4f4e-9f49-000000000000";
  row.target_region.clear();
  EXPECT_EQ(completed(row, rules).target_region, "");
  EXPECT_EQ(completed(row, rules).external_id, row.external_id);
  TenantConfiguration ours = readme_row();
  ours.version = 3;
  EXPECT_EQ(completed(ours, rules).external_id, "");
}

TEST(Completion, ARoleOfAnotherPartitionHasNoDefaultRegion) {
  const Rules rules = rules_with_predecessors();
  TenantConfiguration row = readme_row();
  row.log_distribution_role_arn = "arn:aws-us-gov:iam::111122223333:role/x";
  row.target_region.clear();
  EXPECT_NE(problems_of(completed(row, rules), rules).find("target_region: is missing"), std::string::npos);
}

TEST(Completion, GroupsNarrowARowAndNeverOpenIt) {
  const Rules rules = rules_with_predecessors();
  const Groups groups = Groups::make(predecessor_groups()).value();
  TenantConfiguration row = readme_row();
  row.groups = {"api", "Scheduler"};
  const TenantConfiguration narrowed = completed(row, rules);
  EXPECT_EQ(problems_of(narrowed, rules), "");
  EXPECT_TRUE(wants(narrowed, Application("kube-apiserver"), groups));
  EXPECT_TRUE(wants(narrowed, Application("kube-scheduler"), groups));
  EXPECT_FALSE(wants(narrowed, Application("oauth-server"), groups));

  row.desired_logs = {"mine"};
  const TenantConfiguration both = completed(row, rules);
  EXPECT_TRUE(wants(both, Application("mine"), groups));
  EXPECT_TRUE(wants(both, Application("openshift-apiserver"), groups));

  row.desired_logs = {};
  row.groups = {"nothing that is known"};
  const TenantConfiguration unknown = completed(row, rules);
  EXPECT_FALSE(wants(unknown, Application("kube-apiserver"), groups));

  row.groups = {""};
  EXPECT_NE(problems_of(completed(row, rules), rules), "") << "nobody can tell what is meant";
  row.groups = {"API"};
  Rules without = rules;
  without.predecessor_rows = false;
  EXPECT_NE(problems_of(completed(row, without), without).find("groups: "), std::string::npos)
      << "a filter that is not read must not be passed over";
}

TEST(Completion, WithoutOurAccountTheRowSaysWhichSettingIsMissing) {
  Rules rules = rules_with_predecessors();
  rules.own_account.clear();
  rules.central_accounts.clear();
  const std::string problems = problems_of(completed(readme_row(), rules), rules);
  EXPECT_NE(problems.find("aws.role_arn"), std::string::npos) << problems;
}

TEST(Completion, OnOneMachineNoRowIsThePredecessors) {
  Rules rules = rules_with_predecessors();
  rules.backend = Backend::Local;
  EXPECT_EQ(completed(bucket_row(), rules).bucket_prefix, "");
}

TEST(WhyNothingMatches, SaysItOfNamesThatNoApplicationCanHave) {
  const Groups groups = Groups::make({{"API", {"kube-apiserver"}}, {"empty", {}}}).value();
  EXPECT_EQ(why_nothing_matches("api", groups), std::nullopt);
  EXPECT_EQ(why_nothing_matches("payments", groups), std::nullopt);
  EXPECT_EQ(why_nothing_matches("kube-apiserver", groups), std::nullopt);
  for (const char* name :
       {"Empty", "pay*", "Controller Manager", "web ", "a/b", "-a", "Kube-ApiServer", "caf\xc3\xa9"})
    EXPECT_TRUE(why_nothing_matches(name, groups).has_value()) << name;
}

}  // namespace
}  // namespace headgate::tenants
