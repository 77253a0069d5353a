#include "tenants/former_tenant.h"

#include <gtest/gtest.h>

namespace headgate::tenants {
namespace {

constexpr std::int64_t kLeft = 1'700'000'000;

StoredConfiguration row_made_at(std::int64_t seconds) {
  StoredConfiguration row;
  row.configuration.tenant = TenantId("acme");
  row.configuration.type = DestinationName("s3");
  if (seconds > 0) row.configuration.created_at = to_rfc3339(Timestamp::from_seconds(seconds));
  return row;
}

StoredConfiguration left() {
  return {.configuration = left_row(TenantId("acme"), Timestamp::from_seconds(kLeft)), .undecodable = ""};
}

TEST(FormerTenant, ATenantThatNobodyLeftHasEverythingThatWaitsForIt) {
  EXPECT_EQ(objects_since({row_made_at(kLeft)}), std::nullopt);
  EXPECT_EQ(objects_since({}), std::nullopt);
}

TEST(FormerTenant, TheNextOneHasOnlyWhatWasStoredSinceItIsThere) {
  EXPECT_EQ(objects_since({left(), row_made_at(kLeft + 100)}), Timestamp::from_seconds(kLeft + 100));
  EXPECT_EQ(objects_since({left(), row_made_at(kLeft + 200), row_made_at(kLeft + 100)}),
            Timestamp::from_seconds(kLeft + 100));
  EXPECT_EQ(objects_since({left(), row_made_at(0)}), Timestamp::from_seconds(kLeft))
      << "a row that does not say when it was made";
  EXPECT_EQ(objects_since({left(), row_made_at(kLeft - 100)}), Timestamp::from_seconds(kLeft))
      << "another account took the row";
}

TEST(FormerTenant, ARowThatDoesNotSayWhenLetsNothingThrough) {
  StoredConfiguration unknown = left();
  unknown.configuration.created_at = "yesterday";
  EXPECT_GT(objects_since({unknown, row_made_at(kLeft)}).value(), Timestamp::from_seconds(4'000'000'000));
}

}  // namespace
}  // namespace headgate::tenants
