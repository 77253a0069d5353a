#include "local/sqlite_tenant_store.h"

#include <sqlite3.h>

#include "conformance/scratch_folder.h"
#include "conformance/tenant_store.h"

namespace headgate::conformance {
namespace {

// As a person with the sqlite3 shell would.
void execute(const std::string& file, const std::string& sql) {
  sqlite3* connection = nullptr;
  CHECK(::sqlite3_open(file.c_str(), &connection) == SQLITE_OK);
  CHECK(::sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(::sqlite3_close(connection) == SQLITE_OK);
}

struct SqliteTenantsFixture {
  TenantStore& tenants() { return *store_; }
  void break_row(const TenantId& tenant, const DestinationName& type) {
    execute(folder_.at("state.db"),
            "UPDATE tenant_configurations SET document = '{\"tenant_id\": [' WHERE tenant = '" +
                tenant.str() + "' AND type = '" + type.str() + "'");
  }
  ScratchFolder folder_;
  std::unique_ptr<local::SqliteTenantStore> store_ =
      local::SqliteTenantStore::open(folder_.at("state.db")).value();
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, TenantStoreConformance, SqliteTenantsFixture);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

TEST(SqliteTenantStore, GivesNobodyARowWithAnotherTenantsConfiguration) {
  conformance::SqliteTenantsFixture deps;
  TenantConfiguration configuration;
  configuration.tenant = TenantId("team-a");
  configuration.type = DestinationName("s3");
  ASSERT_TRUE(deps.tenants().put(configuration, Deadline::never()).ok());
  conformance::execute(deps.folder_.at("state.db"), "UPDATE tenant_configurations SET tenant = 'team-b'");
  const auto stored = deps.tenants().get(TenantId("team-b"), DestinationName("s3"), Deadline::never());
  ASSERT_TRUE(stored.ok());
  EXPECT_NE(stored->undecodable, "");
  EXPECT_EQ(stored->configuration.tenant.str(), "team-b");
  EXPECT_EQ(stored->configuration.account_id, "");
}

TEST(SqliteTenantStore, RefusesAPageTokenThatIsNotItsOwn) {
  conformance::SqliteTenantsFixture deps;
  for (const std::string token : {"x", ":", "5:ab", "-1:ab", "99999999999999999999:a", "2ab"}) {
    EXPECT_EQ(deps.tenants().list(token, 10, Deadline::never()).error().fault, Fault::Invalid) << token;
  }
}

}  // namespace
}  // namespace headgate::local
