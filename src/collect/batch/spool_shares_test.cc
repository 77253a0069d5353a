#include "collect/batch/spool_shares.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

struct SpoolSharesTest : testing::Test {
  bool is_held_back(const char* tenant, std::uint64_t room) {
    return shares.is_held_back(TenantId(tenant), room, SteadyTime{std::chrono::hours{1}});
  }
  bool shows(const std::string& line) {
    shares.measure();
    return metrics.exposition().find("\n" + line + "\n") != std::string::npos;
  }
  Metrics metrics;
  SpoolShares shares{metrics};
};

TEST_F(SpoolSharesTest, HoldATenantBackThatTakesTwiceWhatIsFree) {
  shares.add_sealed(1, TenantId("a"), 100);
  shares.add_sealed(2, TenantId("a"), 100);
  shares.add_sealed(3, TenantId("b"), 100);
  EXPECT_FALSE(is_held_back("a", 101));
  EXPECT_TRUE(is_held_back("a", 100));
  EXPECT_FALSE(is_held_back("b", 100));
  EXPECT_FALSE(is_held_back("of whom there is nothing", 1));
  shares.remove_sealed(1);
  EXPECT_FALSE(is_held_back("a", 100));
  shares.change_open(TenantId("a"), 0, 150);
  EXPECT_TRUE(is_held_back("a", 100));
  shares.change_open(TenantId("a"), 150, 0);
  EXPECT_FALSE(is_held_back("a", 100));
}

TEST_F(SpoolSharesTest, SayWhetherATenantHasABatchThatWaitsForTheStore) {
  EXPECT_FALSE(shares.is_all_open(TenantId("a")));
  shares.change_open(TenantId("a"), 0, 10);
  EXPECT_TRUE(shares.is_all_open(TenantId("a")));
  shares.add_sealed(7, TenantId("a"), 10);
  EXPECT_FALSE(shares.is_all_open(TenantId("a")));
  shares.remove_sealed(7);
  shares.remove_sealed(7);
  EXPECT_TRUE(shares.is_all_open(TenantId("a")));
}

TEST_F(SpoolSharesTest, ShowEachTenantUpToABoundAndTheOthersTogether) {
  shares.add_sealed(1, TenantId("a"), 300);
  EXPECT_TRUE(is_held_back("a", 100));
  EXPECT_TRUE(shows("headgate_collect_tenant_spool_bytes{tenant=\"a\"} 300"));
  EXPECT_TRUE(shows("headgate_collect_tenant_held_back{tenant=\"a\"} 1"));
  shares.remove_sealed(1);
  EXPECT_TRUE(shows("headgate_collect_tenant_spool_bytes{tenant=\"a\"} 0"));
  EXPECT_TRUE(shows("headgate_collect_tenant_held_back{tenant=\"a\"} 0"));
  for (std::uint64_t number = 1; number <= SpoolShares::kNamedMax + 2; ++number)
    shares.add_sealed(number, TenantId("t-" + std::to_string(number)), 5);
  EXPECT_TRUE(shows("headgate_collect_tenant_spool_bytes{tenant=\"other\"} 15"));
}

}  // namespace
}  // namespace headgate::collect
