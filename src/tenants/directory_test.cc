#include "tenants/directory.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "fakes/memory_tenant_store.h"
#include "fakes/still_clock.h"
#include "tenants/former_tenant.h"

namespace headgate::tenants {
namespace {

using std::chrono::seconds;

TenantConfiguration row_of(const char* tenant, const char* type) {
  TenantConfiguration row;
  row.tenant = TenantId(tenant);
  row.type = DestinationName(type);
  row.enabled = true;
  if (kind_of(row.type) == DestinationKind::S3) {
    row.bucket_name = "some-bucket";
  } else {
    row.log_group_name = "some-group";
  }
  return row;
}

struct Fixture {
  fakes::StillClock clock;
  fakes::MemoryTenantStore store;
  TenantDirectory::Options options{
      .age_max = seconds{30}, .tenants_max = 3, .rules = {.backend = Backend::Local}};
  TenantDirectory directory{clock, store, options};

  void put(const TenantConfiguration& row) { EXPECT_TRUE(store.put(row, Deadline::never()).ok()); }
  TenantView view(const char* tenant) { return directory.of(TenantId(tenant), Deadline::never()).value(); }
};

std::string types_of(const TenantView& view) {
  std::string types;
  for (const TenantConfiguration& row : view.active) types += row.type.str() + " ";
  return types;
}

TEST(TenantDirectory, GivesTheEnabledConfigurationsOfATenantByType) {
  Fixture deps;
  deps.put(row_of("acme", "s3"));
  deps.put(row_of("acme", "cloudwatch"));
  deps.put(row_of("acme", "s3#b"));
  deps.put(row_of("globex", "s3"));
  TenantConfiguration disabled = row_of("acme", "cloudwatch#off");
  disabled.enabled = false;
  deps.put(disabled);
  const TenantView view = deps.view("acme");
  EXPECT_TRUE(view.is_known);
  EXPECT_EQ(types_of(view), "cloudwatch s3 s3#b ");
  EXPECT_TRUE(view.invalid.empty());
}

TEST(TenantDirectory, ADeletedTenantIsUnknownAndItsSuccessorIsReadAnew) {
  Fixture deps;
  deps.put(left_row(TenantId("acme"), Timestamp::from_seconds(1'000)));
  EXPECT_FALSE(deps.view("acme").is_known);
  TenantConfiguration next = row_of("acme", "s3");
  next.created_at = to_rfc3339(Timestamp::from_seconds(2'000));
  deps.put(next);
  deps.directory.forget(TenantId("acme"));
  const TenantView view = deps.view("acme");
  EXPECT_TRUE(view.is_known);
  EXPECT_EQ(types_of(view), "s3 ");
  EXPECT_EQ(view.objects_since, Timestamp::from_seconds(2'000));
}

TEST(TenantDirectory, TellsAnUnknownTenantFromOneThatWantsNothingNow) {
  Fixture deps;
  TenantConfiguration disabled = row_of("acme", "s3");
  disabled.enabled = false;
  deps.put(disabled);
  EXPECT_FALSE(deps.view("nobody").is_known);
  EXPECT_TRUE(deps.view("acme").is_known);
  EXPECT_EQ(types_of(deps.view("acme")), "");
}

TEST(TenantDirectory, NeverLetsABadRowHideItsNeighbours) {
  Fixture deps;
  TenantConfiguration bad = row_of("acme", "cloudwatch");
  bad.log_group_name = "";
  deps.put(bad);
  TenantConfiguration broken = row_of("acme", "cloudwatch#broken");
  deps.store.place({.configuration = broken, .undecodable = "enabled: is a string"});
  deps.put(row_of("acme", "s3"));
  TenantConfiguration disabled_and_bad = row_of("acme", "s3#off");
  disabled_and_bad.enabled = false;
  disabled_and_bad.bucket_name = "";
  deps.put(disabled_and_bad);

  const TenantView view = deps.view("acme");
  EXPECT_EQ(types_of(view), "s3 ");
  ASSERT_EQ(view.invalid.size(), 2U);
  EXPECT_EQ(view.invalid[0].type.str(), "cloudwatch");
  ASSERT_EQ(view.invalid[0].problems.size(), 1U);
  EXPECT_EQ(view.invalid[0].problems[0].field, "log_group_name");
  EXPECT_EQ(view.invalid[1].problems.at(0).what, "enabled: is a string");
}

TEST(TenantDirectory, DeliversNothingToARowThatIsAnotherTenants) {
  class Mixed : public fakes::MemoryTenantStore {
    Result<std::vector<StoredConfiguration>> of_tenant(const TenantId&, Deadline) override {
      return std::vector<StoredConfiguration>{{.configuration = row_of("globex", "s3"), .undecodable = ""}};
    }
  } store;
  fakes::StillClock clock;
  TenantDirectory directory(clock, store, {.rules = {.backend = Backend::Local}});
  const TenantView view = directory.of(TenantId("acme"), Deadline::never()).value();
  EXPECT_TRUE(view.active.empty());
  ASSERT_EQ(view.invalid.size(), 1U);
  EXPECT_EQ(view.invalid[0].problems.at(0).field, "tenant_id");
}

TEST(TenantDirectory, JudgesARowsTtlAtEachCallAlsoFromTheCache) {
  Fixture deps;
  TenantConfiguration row = row_of("acme", "s3");
  row.ttl = deps.clock.now().seconds() + 10;
  deps.put(row);
  EXPECT_EQ(types_of(deps.view("acme")), "s3 ");
  deps.clock.advance(seconds{9});
  EXPECT_EQ(types_of(deps.view("acme")), "s3 ");
  deps.clock.advance(seconds{1});
  EXPECT_EQ(types_of(deps.view("acme")), "");
  EXPECT_TRUE(deps.view("acme").is_known);
  EXPECT_EQ(deps.store.questions(), 1);
}

TEST(TenantDirectory, AsksAgainWhenItsAnswerIsOldAlsoForUnknownTenants) {
  Fixture deps;
  EXPECT_FALSE(deps.view("acme").is_known);
  EXPECT_FALSE(deps.view("acme").is_known);
  EXPECT_EQ(deps.store.questions(), 1);
  deps.put(row_of("acme", "s3"));
  deps.clock.advance(seconds{29});
  EXPECT_FALSE(deps.view("acme").is_known);
  deps.clock.advance(seconds{1});
  EXPECT_TRUE(deps.view("acme").is_known);
  EXPECT_EQ(deps.store.questions(), 2);
}

TEST(TenantDirectory, ForgetsTheTenantThatWasNotAskedForLongest) {
  Fixture deps;  // it keeps three tenants
  for (const char* tenant : {"a", "b", "c", "a", "d", "a", "c", "d"}) deps.view(tenant);
  EXPECT_EQ(deps.store.questions(), 4);  // d has replaced b
  deps.view("b");
  EXPECT_EQ(deps.store.questions(), 5);
}

TEST(TenantDirectory, AsksAgainAfterItWasToldOfAChange) {
  Fixture deps;
  EXPECT_FALSE(deps.view("acme").is_known);
  deps.put(row_of("acme", "s3"));
  deps.directory.forget(TenantId("acme"));
  EXPECT_TRUE(deps.view("acme").is_known);
}

TEST(TenantDirectory, DoesNotKeepAnAnswerThatAChangeOvertook) {
  class Overtaken : public fakes::MemoryTenantStore {
   public:
    Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) override {
      auto rows = fakes::MemoryTenantStore::of_tenant(tenant, deadline);
      if (after_read) after_read();
      return rows;
    }
    std::function<void()> after_read;
  } store;
  fakes::StillClock clock;
  TenantDirectory directory(clock, store, {.rules = {.backend = Backend::Local}});
  store.after_read = [&] {
    store.after_read = nullptr;
    EXPECT_TRUE(store.put(row_of("acme", "s3"), Deadline::never()).ok());
    directory.forget(TenantId("acme"));
  };
  EXPECT_FALSE(directory.of(TenantId("acme"), Deadline::never()).value().is_known);
  EXPECT_TRUE(directory.of(TenantId("acme"), Deadline::never()).value().is_known);
}

TEST(TenantDirectory, GivesTheStoresErrorAndNoOldAnswer) {
  Fixture deps;
  deps.put(row_of("acme", "s3"));
  EXPECT_EQ(types_of(deps.view("acme")), "s3 ");
  deps.store.break_with(Error{Fault::Retry, "throttled"});
  EXPECT_EQ(types_of(deps.view("acme")), "s3 ");
  deps.clock.advance(seconds{30});
  const auto answer = deps.directory.of(TenantId("acme"), Deadline::never());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Retry);
  EXPECT_EQ(answer.error().what, "tenant acme: throttled");
  deps.store.fix();
  EXPECT_EQ(types_of(deps.view("acme")), "s3 ");
}

TEST(TenantDirectory, KnowsNoTenantWithoutANameAndAsksNobody) {
  Fixture deps;
  EXPECT_FALSE(deps.view("").is_known);
  EXPECT_EQ(deps.store.questions(), 0);
}

TEST(TenantDirectory, AnswersManyThreadsAtOnce) {
  Fixture deps;
  for (const char* tenant : {"a", "b", "c", "d", "e"}) deps.put(row_of(tenant, "s3"));
  std::vector<std::jthread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&deps, thread] {
      const char* tenants[] = {"a", "b", "c", "d", "e"};
      for (int i = 0; i < 2000; ++i) {
        const char* tenant = tenants[(i * (thread + 1)) % 5];
        const TenantView view = deps.view(tenant);
        ASSERT_EQ(view.active.size(), 1U);
        ASSERT_EQ(view.active[0].tenant.str(), tenant);
        if (i % 50 == 0) deps.directory.forget(TenantId(tenant));
      }
    });
  }
}

TEST(TenantDirectory, ReportsAnUnusableConfigurationAndItsFixOnce) {
  fakes::StillClock clock;
  fakes::MemoryTenantStore store;
  Metrics metrics;
  TenantDirectory directory(clock, store, {.rules = {.backend = Backend::Local}, .metrics = &metrics});
  const auto read = [&](const char* tenant) {
    testing::internal::CaptureStderr();
    directory.forget(TenantId(tenant));
    EXPECT_TRUE(directory.of(TenantId(tenant), Deadline::never()).ok());
    return testing::internal::GetCapturedStderr();
  };
  const auto is_counted = [&](const std::string& count) {
    return metrics.exposition().find("headgate_tenants_invalid_configurations " + count + "\n") !=
           std::string::npos;
  };
  TenantConfiguration row = row_of("acme", "s3");
  row.bucket_name = "NO";
  store.place({.configuration = row, .undecodable = ""});
  store.place({.configuration = row_of("acme", "cloudwatch"), .undecodable = ""});
  const std::string first = read("acme");
  for (const char* part :
       {R"("level":"warn")", R"("tenant":"acme")", R"("destination":"s3")", "bucket_name: must"})
    EXPECT_NE(first.find(part), std::string::npos) << first;
  EXPECT_EQ(first.find("cloudwatch"), std::string::npos) << first;
  EXPECT_TRUE(is_counted("1")) << metrics.exposition();
  EXPECT_EQ(read("acme"), "");

  row.bucket_name = "";
  store.place({.configuration = row, .undecodable = ""});
  EXPECT_NE(read("acme").find("bucket_name: is missing"), std::string::npos);
  TenantConfiguration other = row_of("globex", "s3");
  store.place({.configuration = other, .undecodable = "enabled: must be true or false"});
  EXPECT_NE(read("globex").find("enabled: must be"), std::string::npos);
  EXPECT_TRUE(is_counted("2")) << metrics.exposition();

  row.bucket_name = "acme-logs";
  store.place({.configuration = row, .undecodable = ""});
  EXPECT_NE(read("acme").find("tenant_configuration_changed"), std::string::npos);
  EXPECT_TRUE(is_counted("1")) << metrics.exposition();
  EXPECT_EQ(read("acme"), "");
}

}  // namespace
}  // namespace headgate::tenants
