// What every TenantStore keeps.
//
// A Backend has:
//   TenantStore& tenants();   empty, new for each test
//   void break_row(const TenantId&, const DestinationName&);  puts what cannot be decoded into a stored row
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ports/tenant_store.h"

namespace headgate::conformance {

template <typename Backend>
class TenantStoreConformance : public testing::Test {
 protected:
  TenantStore& tenants() { return backend_.tenants(); }
  static TenantConfiguration configuration(const std::string& tenant, const std::string& type) {
    TenantConfiguration made;
    made.tenant = TenantId(tenant);
    made.type = DestinationName(type);
    made.enabled = true;
    made.target_region = "eu-central-1";
    made.account_id = "123456789012";
    made.log_distribution_role_arn = "arn:aws:iam::123456789012:role/logs";
    made.external_id = "quote\" and \\ and \xc3\xa9";
    made.log_group_name = "/headgate/" + tenant;
    made.desired_logs = {"api", "web"};
    return made;
  }
  std::uint64_t put(const TenantConfiguration& configuration) {
    const Result<std::uint64_t> version = tenants().put(configuration, Deadline::never());
    EXPECT_TRUE(version.ok()) << version.error().what;
    return version.ok() ? *version : 0;
  }
  static std::vector<std::pair<std::string, std::string>> names(
      const std::vector<StoredConfiguration>& rows) {
    std::vector<std::pair<std::string, std::string>> all;
    all.reserve(rows.size());
    for (const StoredConfiguration& row : rows) {
      all.emplace_back(row.configuration.tenant.str(), row.configuration.type.str());
    }
    return all;
  }

  Backend backend_;
};
TYPED_TEST_SUITE_P(TenantStoreConformance);

TYPED_TEST_P(TenantStoreConformance, GivesBackWhatWasPutAtTheNextVersion) {
  TenantConfiguration configuration = this->configuration("team-a", "cloudwatch");
  EXPECT_EQ(this->put(configuration), 1U);
  const auto stored =
      this->tenants().get(TenantId("team-a"), DestinationName("cloudwatch"), Deadline::never());
  ASSERT_TRUE(stored.ok()) << stored.error().what;
  EXPECT_EQ(stored->undecodable, "");
  configuration.version = 1;
  EXPECT_EQ(stored->configuration, configuration);
  configuration.enabled = false;
  EXPECT_EQ(this->put(configuration), 2U);
  const auto changed =
      this->tenants().get(TenantId("team-a"), DestinationName("cloudwatch"), Deadline::never());
  EXPECT_FALSE(changed->configuration.enabled);
  EXPECT_EQ(changed->configuration.version, 2U);
}

TYPED_TEST_P(TenantStoreConformance, OfTwoWhoChangeTheSameVersionOneIsDenied) {
  TenantConfiguration configuration = this->configuration("team-a", "s3");
  this->put(configuration);
  EXPECT_EQ(this->tenants().put(configuration, Deadline::never()).error().fault,
            Fault::Denied);  // as new: it is there
  configuration.version = 1;
  configuration.target_region = "eu-west-1";
  EXPECT_EQ(this->put(configuration), 2U);
  configuration.target_region = "us-east-1";
  EXPECT_EQ(this->tenants().put(configuration, Deadline::never()).error().fault, Fault::Denied);
  const auto stored = this->tenants().get(TenantId("team-a"), DestinationName("s3"), Deadline::never());
  EXPECT_EQ(stored->configuration.target_region, "eu-west-1");
  TenantConfiguration never_stored = this->configuration("team-b", "s3");
  never_stored.version = 3;
  EXPECT_EQ(this->tenants().put(never_stored, Deadline::never()).error().fault, Fault::Denied);
}

TYPED_TEST_P(TenantStoreConformance, GivesATenantsRowsAndNobodyElses) {
  for (const std::string type : {"s3#audit", "cloudwatch", "s3"}) {
    this->put(this->configuration("team-a", type));
  }
  this->put(this->configuration("team-ab", "s3"));
  this->put(this->configuration("team", "s3"));
  const auto rows = this->tenants().of_tenant(TenantId("team-a"), Deadline::never());
  ASSERT_TRUE(rows.ok());
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"team-a", "cloudwatch"}, {"team-a", "s3"}, {"team-a", "s3#audit"}};
  EXPECT_EQ(this->names(*rows), expected);
  EXPECT_TRUE(this->tenants().of_tenant(TenantId("nobody"), Deadline::never()).value().empty());
}

TYPED_TEST_P(TenantStoreConformance, ListsAllRowsOnceByPagesOfAnySize) {
  std::vector<std::pair<std::string, std::string>> expected;
  for (const std::string tenant : {"a", "a-b", "ab", "b", "c:d"}) {
    for (const std::string type : {"cloudwatch", "s3", "s3#x"}) {
      this->put(this->configuration(tenant, type));
      expected.emplace_back(tenant, type);
    }
  }
  for (const std::size_t page_max : {1U, 2U, 4U, 15U, 100U}) {
    std::vector<std::pair<std::string, std::string>> seen;
    std::string from;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = this->tenants().list(from, page_max, Deadline::never());
      ASSERT_TRUE(page.ok()) << page.error().what;
      EXPECT_LE(page->rows.size(), page_max);
      for (const auto& name : this->names(page->rows)) seen.push_back(name);
      from = page->next;
      if (from.empty()) break;
    }
    std::sort(seen.begin(), seen.end());  // a hash table gives tenants in an order of its own
    EXPECT_EQ(seen, expected) << page_max;
  }
}

TYPED_TEST_P(TenantStoreConformance, AnUnreadableRowHidesNoOtherAndCanBeFixed) {
  for (const std::string tenant : {"a", "b", "c"}) this->put(this->configuration(tenant, "s3"));
  this->backend_.break_row(TenantId("b"), DestinationName("s3"));
  const auto page = this->tenants().list("", 10, Deadline::never());
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->rows.size(), 3U);
  for (const StoredConfiguration& row : page->rows) {
    EXPECT_EQ(row.undecodable.empty(), row.configuration.tenant.str() != "b") << row.undecodable;
  }
  const auto broken = this->tenants().get(TenantId("b"), DestinationName("s3"), Deadline::never());
  ASSERT_TRUE(broken.ok());
  EXPECT_FALSE(broken->undecodable.empty());
  EXPECT_FALSE(broken->configuration.enabled);
  EXPECT_EQ(this->tenants().of_tenant(TenantId("b"), Deadline::never()).value().size(), 1U);
  TenantConfiguration fixed = this->configuration("b", "s3");
  fixed.version = broken->configuration.version;
  EXPECT_EQ(this->put(fixed), fixed.version + 1);
  EXPECT_EQ(this->tenants().get(TenantId("b"), DestinationName("s3"), Deadline::never())->undecodable, "");
}

TYPED_TEST_P(TenantStoreConformance, WhatIsRemovedIsNotFound) {
  const TenantId tenant("a");
  const DestinationName type("s3");
  EXPECT_EQ(this->tenants().get(tenant, type, Deadline::never()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->tenants().remove(tenant, type, Deadline::never()).error().fault, Fault::NotFound);
  this->put(this->configuration("a", "s3"));
  EXPECT_TRUE(this->tenants().remove(tenant, type, Deadline::never()).ok());
  EXPECT_EQ(this->tenants().get(tenant, type, Deadline::never()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->put(this->configuration("a", "s3")), 1U);
}

REGISTER_TYPED_TEST_SUITE_P(TenantStoreConformance, GivesBackWhatWasPutAtTheNextVersion,
                            OfTwoWhoChangeTheSameVersionOneIsDenied, GivesATenantsRowsAndNobodyElses,
                            ListsAllRowsOnceByPagesOfAnySize, AnUnreadableRowHidesNoOtherAndCanBeFixed,
                            WhatIsRemovedIsNotFound);

}  // namespace headgate::conformance
