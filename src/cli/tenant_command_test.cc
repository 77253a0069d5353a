#include "cli/tenant_command.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <fstream>
#include <sstream>

#include "fakes/memory_tenant_store.h"
#include "fakes/still_clock.h"
#include "tenants/former_tenant.h"

namespace headgate::cli {
namespace {

class CountingRandom : public Random {
 public:
  std::uint64_t next() override { return ++count_; }

 private:
  std::uint64_t count_ = 0;
};

// The command gets a store of its own to throw away; the rows are the test's.
class Borrowed : public TenantStore {
 public:
  explicit Borrowed(TenantStore& store) : store_(store) {}
  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) override {
    return store_.of_tenant(tenant, deadline);
  }
  Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type,
                                  Deadline deadline) override {
    return store_.get(tenant, type, deadline);
  }
  Result<ConfigurationPage> list(const std::string& from, std::size_t count_max, Deadline deadline) override {
    return store_.list(from, count_max, deadline);
  }
  Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline deadline) override {
    return store_.put(configuration, deadline);
  }
  Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) override {
    return store_.remove(tenant, type, deadline);
  }

 private:
  TenantStore& store_;
};

struct Finished {
  int status = 0;
  std::string output;
  std::string complaints;
};

class Terminal {
 public:
  // `headgate tenant WORDS`, with that on standard input.
  Finished run(std::vector<const char*> words, const std::string& input = "") {
    std::istringstream standard_input(input);
    std::ostringstream output;
    std::ostringstream complaints;
    CLI::App app("test", "headgate");
    app.require_subcommand(1);
    const std::vector<Command> commands = {add_tenant(
        app, {.environment = environment,
              .clock = clock,
              .random = random_,
              .input = standard_input,
              .output = output,
              .complaints = complaints,
              .open_store = [this](const config::Config& config,
                                   assembly::Access access) -> Result<std::shared_ptr<TenantStore>> {
                opened = config.local.state;
                accessed = access;
                if (!open_error.empty()) return Error{Fault::Retry, open_error};
                return std::shared_ptr<TenantStore>(std::make_shared<Borrowed>(store));
              }})};
    words.insert(words.begin(), {"headgate", "tenant"});
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    Finished finished;
    finished.status = run_command(app, commands, static_cast<int>(words.size()), words.data());
    finished.output = testing::internal::GetCapturedStdout() + output.str();
    finished.complaints = testing::internal::GetCapturedStderr() + complaints.str();
    return finished;
  }
  Finished put(const std::string& document) { return run({"put", "--file", "-"}, document); }
  TenantConfiguration row(const char* tenant, const char* type) {
    return store.get(TenantId(tenant), DestinationName(type), Deadline::never()).value().configuration;
  }

  fakes::MemoryTenantStore store;
  fakes::StillClock clock{Timestamp::from_seconds(1'800'000'000)};
  config::Environment environment;
  std::string opened;
  assembly::Access accessed = assembly::Access::Change;
  std::string open_error;

 private:
  CountingRandom random_;
};

constexpr const char* kTwoRows =
    "- tenant_id: globex\n"
    "  type: cloudwatch\n"
    "  enabled: true\n"
    "  log_group_name: /globex\n"
    "- tenant_id: acme\n"
    "  type: s3\n"
    "  bucket_name: acme-logs\n"
    "  bucket_prefix: in/\n"
    "  desired_logs: [api, web]\n";

constexpr const char* kAwsRow =
    "tenant_id: acme\n"
    "type: cloudwatch\n"
    "target_region: eu-west-1\n"
    "account_id: \"123456789012\"\n"
    "log_distribution_role_arn: arn:aws:iam::123456789012:role/x\n"
    "log_group_name: /acme\n";

TEST(TenantPut, StoresEveryRowOfADocument) {
  Terminal terminal;
  const Finished put = terminal.put(kTwoRows);
  EXPECT_EQ(put.complaints, "");
  EXPECT_EQ(put.status, 0);
  EXPECT_EQ(put.output,
            "globex cloudwatch: stored as version 1\nacme s3: stored as version 1, disabled: nothing is "
            "delivered until "
            "`headgate tenant enable acme s3`\n");
  EXPECT_EQ(terminal.accessed, assembly::Access::Change);
  const TenantConfiguration row = terminal.row("acme", "s3");
  EXPECT_EQ(row.bucket_name, "acme-logs");
  EXPECT_EQ(row.created_at, to_rfc3339(terminal.clock.now()));
  EXPECT_EQ(row.updated_at, row.created_at);
  EXPECT_FALSE(row.enabled);
  EXPECT_EQ(terminal.opened, "./headgate-data/state.db");
}

TEST(TenantPut, ReadsAFileAndJson) {
  Terminal terminal;
  const std::string path = testing::TempDir() + "tenants-" + std::to_string(::getpid()) + ".json";
  std::ofstream(path) << R"({"tenant_id":"acme","type":"s3","bucket_name":"acme-logs"})";
  EXPECT_EQ(terminal.run({"put", "-f", path.c_str(), "--local.state", "/x.db"}).output,
            "acme s3: stored as version 1, disabled: nothing is delivered until `headgate tenant enable acme "
            "s3`\n");
  EXPECT_EQ(terminal.opened, "/x.db");
  ::unlink(path.c_str());
  const Finished missing = terminal.run({"put", "-f", path.c_str()});
  EXPECT_EQ(missing.status, kExitUsage);
  EXPECT_EQ(missing.complaints, path + ": No such file or directory\n");
}

TEST(TenantPut, StoresNothingIfARowIsWrongAndNamesEveryProblem) {
  Terminal terminal;
  const Finished put = terminal.put(
      "- tenant_id: good\n"
      "  type: s3\n"
      "  bucket_name: good-logs\n"
      "- tenant_id: acme\n"
      "  type: s3\n"
      "  bucket_name: NO\n"
      "  bucket_prefix: /x\n"
      "  colour: red\n"
      "- tenant_id: globex\n"
      "  type: cloudwatch\n"
      "- type: s3\n"
      "  bucket_name: [a]\n"
      "- tenant_id: good\n"
      "  type: s3\n"
      "  bucket_name: central\n");
  EXPECT_EQ(put.status, kExitUsage);
  EXPECT_EQ(put.output, "");
  EXPECT_EQ(
      put.complaints,
      "standard input:8: acme s3: colour: unknown field\n"
      "standard input:6: acme s3: bucket_name: must have 3 to 63 characters\n"
      "standard input:7: acme s3: bucket_prefix: must not start with a slash\n"
      "standard input:9: globex cloudwatch: log_group_name: is missing\n"
      "standard input:12: s3: bucket_name: must be a text\n"
      "standard input:11: s3: tenant_id: is missing\n"
      "standard input:14: good s3: type: the same tenant and type are there twice\n"
      "standard input:15: good s3: bucket_name: is the central bucket: what is delivered there would be "
      "delivered again\n");
  EXPECT_EQ(terminal.run({"list", "-o", "json"}).output, "[]\n");
}

TEST(TenantPut, SaysWhereADocumentIsNoYaml) {
  Terminal terminal;
  const Finished put = terminal.put("- a: [\n");
  EXPECT_EQ(put.status, kExitUsage);
  EXPECT_TRUE(put.complaints.starts_with("standard input: ")) << put.complaints;
  EXPECT_EQ(terminal.put(std::string(2'000'000, ' ')).complaints, "standard input: larger than 1 MiB\n");
}

TEST(TenantPut, MakesAnExternalIdForARoleAndKeepsItFromThenOn) {
  Terminal terminal;
  terminal.environment["HEADGATE_TENANTS_RULES"] = "aws";
  const Finished put = terminal.put(kAwsRow);
  EXPECT_EQ(put.complaints, "");
  const std::string id = terminal.row("acme", "cloudwatch").external_id;
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(put.output,
            "acme cloudwatch: stored as version 1, external_id " + id +
                ", disabled: nothing is delivered until `headgate tenant enable acme cloudwatch`\n");
  EXPECT_EQ(terminal.put(kAwsRow).status, 0);
  EXPECT_EQ(terminal.row("acme", "cloudwatch").external_id, id);
  EXPECT_EQ(terminal.put(std::string(kAwsRow) + "external_id: ours-1-0123456789\n").status, 0);
  EXPECT_EQ(terminal.row("acme", "cloudwatch").external_id, "ours-1-0123456789");
}

TEST(TenantPut, GivesEveryTenantAnotherExternalId) {
  Terminal terminal;
  std::string other(kAwsRow);
  other.replace(other.find("acme"), 4, "other");
  EXPECT_EQ(terminal.put(kAwsRow).status, 0);
  EXPECT_EQ(terminal.put(other).status, 0);
  EXPECT_NE(terminal.row("acme", "cloudwatch").external_id, terminal.row("other", "cloudwatch").external_id);
}

TEST(TenantPut, GivesTheRowsOfOneRoleTheSameExternalId) {
  const auto row = [](const std::string& type, const std::string& account, const std::string& more = "") {
    const bool is_bucket = type.starts_with("s3");
    return "- {tenant_id: acme, type: \"" + type +
           "\", target_region: eu-west-1, log_distribution_role_arn: \"arn:aws:iam::" + account +
           ":role/logs\", " +
           (is_bucket ? "bucket_name: logs-of-" + std::to_string(type.size())
                      : "log_group_name: /logs/" + type) +
           more + "}\n";
  };
  const std::string ours = "000000000012";
  Terminal terminal;
  terminal.environment["HEADGATE_TENANTS_RULES"] = "aws";
  const Finished both =
      terminal.put(row("cloudwatch", ours) + row("s3", ours) + row("s3#other", "000000000013"));
  EXPECT_EQ(both.complaints, "");
  const std::string id = terminal.row("acme", "cloudwatch").external_id;
  EXPECT_EQ(terminal.row("acme", "s3").external_id, id);
  EXPECT_NE(terminal.row("acme", "s3#other").external_id, id) << "another role has a trust policy of its own";
  EXPECT_EQ(terminal.put(row("s3#lateron", ours)).complaints, "");
  EXPECT_EQ(terminal.row("acme", "s3#lateron").external_id, id) << "that of a row that is stored";

  Terminal named;
  named.environment["HEADGATE_TENANTS_RULES"] = "aws";
  EXPECT_EQ(
      named.put(row("cloudwatch", ours, ", external_id: ours-1-0123456789") + row("s3", ours)).complaints,
      "");
  EXPECT_EQ(named.row("acme", "s3").external_id, "ours-1-0123456789");
}

TEST(TenantPut, RefusesAnExternalIdThatAnotherTenantHas) {
  Terminal terminal;
  const std::string with = std::string(kAwsRow) + "external_id: shared-1-01234567\n";
  ASSERT_EQ(terminal.put(with).status, 0);
  EXPECT_EQ(terminal.put(with).status, 0) << "the row itself";
  std::string second = with;
  second.replace(second.find("cloudwatch"), 10, "cloudwatch#b");
  EXPECT_EQ(terminal.put(second).status, 0) << "the tenant itself";
  std::string other = with;
  other.replace(other.find("acme"), 4, "globex");
  const Finished put = terminal.put(other);
  EXPECT_EQ(put.status, kExitUsage);
  EXPECT_EQ(put.complaints, "globex cloudwatch: external_id: is that of tenant \"acme\" too\n");
  EXPECT_FALSE(terminal.store.get(TenantId("globex"), DestinationName("cloudwatch"), Deadline::never()).ok());

  TenantConfiguration placed = terminal.row("acme", "cloudwatch");
  placed.tenant = TenantId("globex");
  terminal.store.place({.configuration = placed, .undecodable = ""});  // by someone else
  EXPECT_EQ(terminal.run({"enable", "globex", "cloudwatch"}).status, kExitUsage);
  const Finished judged = terminal.run({"validate"});
  EXPECT_NE(judged.complaints.find("acme cloudwatch: external_id: is that of tenant \"globex\" too"),
            std::string::npos)
      << judged.complaints;
}

TEST(TenantPut, RefusesTwoTenantsThatShareAnExternalId) {
  Terminal terminal;
  const Finished put = terminal.put(
      "- {tenant_id: a, type: s3, bucket_name: a-logs, external_id: same}\n"
      "- {tenant_id: b, type: s3, bucket_name: b-logs, external_id: same}\n");
  EXPECT_EQ(put.status, kExitUsage);
  EXPECT_EQ(
      put.complaints,
      "a s3: external_id: is that of tenant \"b\" too\nb s3: external_id: is that of tenant \"a\" too\n");
}

TEST(TenantPut, RefusesTwoDestinationsThatWouldWriteTheSameKeys) {
  Terminal terminal;
  const std::string first =
      "{tenant_id: a, type: s3, enabled: true, bucket_name: a-logs, desired_logs: [web]}\n";
  const std::string second =
      "{tenant_id: a, type: s3#db, enabled: true, bucket_name: a-logs, desired_logs: [db]}\n";
  EXPECT_EQ(terminal.put("- " + first + "- " + second).status, kExitUsage) << "in one document";
  ASSERT_EQ(terminal.put(first).status, 0);
  const Finished put = terminal.put(second);
  EXPECT_EQ(put.status, kExitUsage);
  EXPECT_TRUE(put.complaints.starts_with("a s3#db: bucket_prefix: with this bucket is that of \"s3\" too"))
      << put.complaints;
  std::string disabled = second;
  disabled.replace(disabled.find("true"), 4, "false");
  EXPECT_EQ(terminal.put(disabled).status, 0);
  EXPECT_EQ(terminal.run({"enable", "a", "s3#db"}).status, kExitUsage);
}

TEST(TenantPut, TakesOurAccountAsExternalIdOnlyIfTheRowSaysSo) {
  Terminal terminal;
  terminal.environment["HEADGATE_AWS_ROLE_ARN"] = "arn:aws:iam::000000000001:role/central";
  const std::string with = std::string(kAwsRow) + "external_id: \"000000000001\"\n";
  const Finished refused = terminal.put(with);
  EXPECT_EQ(refused.status, kExitUsage);
  EXPECT_NE(refused.complaints.find("external_id: is our own account"), std::string::npos)
      << refused.complaints;
  for (const char* tenant : {"acme", "globex"}) {
    std::string said = with + "external_id_is_central_account: true\n";
    said.replace(said.find("acme"), 4, tenant);
    EXPECT_EQ(terminal.put(said).complaints, "");
  }
}

TEST(TenantPut, ReplacesTheRowButNotWhenItWasMade) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  const std::string created_at = terminal.row("acme", "s3").created_at;
  terminal.clock.advance(std::chrono::hours{1});
  EXPECT_EQ(terminal.put("tenant_id: acme\ntype: s3\nbucket_name: new-logs\ncreated_at: lies\n").output,
            "acme s3: stored as version 2, disabled: nothing is delivered until `headgate tenant enable acme "
            "s3`\n");
  const TenantConfiguration row = terminal.row("acme", "s3");
  EXPECT_EQ(row.created_at, created_at);
  EXPECT_EQ(row.updated_at, to_rfc3339(terminal.clock.now()));
  EXPECT_TRUE(row.bucket_prefix.empty());
  EXPECT_TRUE(row.desired_logs.empty());
}

TEST(TenantPut, RefusesAVersionThatIsNoLongerTheStoredOne) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(terminal.put("tenant_id: acme\ntype: s3\nbucket_name: new-logs\nversion: 1\n").status, 0);
  const Finished late = terminal.put(
      "- {tenant_id: acme, type: \"s3#b\", bucket_name: b-logs}\n"
      "- {tenant_id: acme, type: s3, bucket_name: late-logs, version: 1}\n");
  EXPECT_EQ(late.status, kExitFailure);
  EXPECT_EQ(late.complaints,
            "acme s3: version is 2, not 1: someone else changed it; read it again (headgate tenant get) and "
            "repeat\n"
            "1 of 2 rows are stored\n");
  EXPECT_EQ(terminal.row("acme", "s3").bucket_name, "new-logs");
}

TEST(TenantList, ShowsATableYamlAndJson) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(
      terminal.put("{tenant_id: zeta, type: s3, bucket_name: zeta-logs, enabled: true, ttl: 1700000000}")
          .status,
      0);
  EXPECT_EQ(terminal.run({"list"}).output,
            "TENANT  TYPE        STATE     REGION  DESTINATION    LOGS     VERSION\n"
            "acme    s3          disabled  -       acme-logs/in/  api,web  1\n"
            "globex  cloudwatch  enabled   -       /globex        all      1\n"
            "zeta    s3          expired   -       zeta-logs      all      1\n");
  const std::string json = terminal.run({"list", "-o", "json"}).output;
  EXPECT_TRUE(json.starts_with("[{\"tenant_id\":\"acme\",\"type\":\"s3\",")) << json;
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 3);
  EXPECT_EQ(terminal.put(json).complaints, "");
  std::string yaml = terminal.run({"list", "-o", "yaml"}).output;
  EXPECT_EQ(terminal.put(yaml).complaints, "");
  EXPECT_EQ(terminal.row("zeta", "s3").version, 1U) << "nothing was changed";
  yaml.replace(yaml.find("zeta-logs"), 9, "zeta-more");
  EXPECT_EQ(terminal.put(yaml).complaints, "");
  EXPECT_EQ(terminal.row("zeta", "s3").version, 2U);
  EXPECT_EQ(terminal.put(json).status, kExitFailure);  // it holds versions that are no longer so
}

TEST(TenantGet, ShowsATenantsDestinationsOrOne) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  const Finished all = terminal.run({"get", "acme"});
  EXPECT_EQ(all.status, 0);
  EXPECT_NE(all.output.find("acme-logs"), std::string::npos);
  EXPECT_EQ(all.output.find("globex"), std::string::npos);
  EXPECT_EQ(terminal.run({"get", "acme", "s3"}).output, all.output);
  const Finished nobody = terminal.run({"get", "nobody"});
  EXPECT_EQ(nobody.status, kExitFailure);
  EXPECT_EQ(nobody.complaints, "nobody: no such tenant\n");
  EXPECT_EQ(terminal.run({"get", "acme", "cloudwatch"}).status, kExitFailure);
}

TEST(TenantGet, ShowsTheOthersWhenOneRowCannotBeRead) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  StoredConfiguration broken{.configuration = {}, .undecodable = "enabled: is a string"};
  broken.configuration.tenant = TenantId("acme");
  broken.configuration.type = DestinationName("cloudwatch\x1b[31m");
  terminal.store.place(broken);
  const Finished all = terminal.run({"get", "acme"});
  EXPECT_EQ(all.status, kExitFailure);
  EXPECT_NE(all.output.find("acme-logs"), std::string::npos);
  EXPECT_EQ(all.complaints, "acme \"cloudwatch\\u001b[31m\": cannot be read: enabled: is a string\n");
  EXPECT_NE(terminal.run({"list"}).output.find("acme    \"cloudwatch\\u001b[31m\"  unreadable"),
            std::string::npos);
}

TEST(TenantPut, SaysWhatIsUnchangedExpiredAndCannotMatch) {
  Terminal terminal;
  constexpr const char* kRow =
      "tenant_id: acme\ntype: s3\nenabled: true\nbucket_name: acme-logs\nttl: 1700000000\n"
      "desired_logs: [web, 'pay*', Api, Nothing At All]\n";
  const Finished put = terminal.put(kRow);
  EXPECT_EQ(put.status, 0);
  EXPECT_EQ(put.output,
            "acme s3: stored as version 1, expired: its ttl was 2023-11-14T22:13:20.000000000Z, nothing is "
            "delivered\n");
  EXPECT_EQ(
      put.complaints,
      "warning: acme s3: desired_logs: \"pay*\" matches nothing: patterns are not known, only whole names of "
      "applications and groups\n"
      "warning: acme s3: desired_logs: \"Nothing At All\" matches nothing: no application can be called so, "
      "and "
      "tenants.groups has no such group\n");
  terminal.environment["HEADGATE_TENANTS_GROUPS"] = "{Nothing At All: [a]}";
  const Finished again = terminal.put(kRow);
  EXPECT_EQ(again.output,
            "acme s3: unchanged, version 1, expired: its ttl was 2023-11-14T22:13:20.000000000Z, nothing is "
            "delivered\n");
  EXPECT_EQ(std::count(again.complaints.begin(), again.complaints.end(), '\n'), 1) << again.complaints;
  EXPECT_EQ(terminal.row("acme", "s3").version, 1U);
  EXPECT_EQ(terminal.put(std::string(kRow) + "version: 7\n").status, kExitFailure)
      << "that is not the stored one";
}

TEST(TenantEnable, MakesAWholeRowOfThePredecessors) {
  Terminal terminal;
  terminal.environment = {{"HEADGATE_TENANTS_RULES", "aws"},
                          {"HEADGATE_TENANTS_PREDECESSOR_ROWS", "true"},
                          {"HEADGATE_AWS_ROLE_ARN", "arn:aws:iam::000000000001:role/central"}};
  StoredConfiguration theirs;
  theirs.configuration.tenant = TenantId("acme");
  theirs.configuration.type = DestinationName("cloudwatch");
  theirs.configuration.log_distribution_role_arn = "arn:aws:iam::123456789012:role/x";
  theirs.configuration.log_group_name = "/acme";
  theirs.configuration.groups = {"API"};
  terminal.store.place(theirs);
  EXPECT_EQ(terminal.run({"validate"}).output, "1 valid, 0 not\n");
  const Finished enabled = terminal.run({"enable", "acme", "cloudwatch"});
  EXPECT_EQ(enabled.output, "acme cloudwatch: enabled, version 1\n") << enabled.complaints;
  const TenantConfiguration row = terminal.row("acme", "cloudwatch");
  EXPECT_EQ(row.account_id, "123456789012");
  EXPECT_EQ(row.external_id, "000000000001");
  EXPECT_TRUE(row.external_id_is_central_account);
  EXPECT_EQ(row.target_region, "us-east-1");
  EXPECT_EQ(row.desired_logs, std::vector<std::string>{"API"});
  terminal.environment.erase("HEADGATE_TENANTS_PREDECESSOR_ROWS");
  EXPECT_EQ(terminal.run({"validate"}).output, "1 valid, 0 not\n") << "it says all itself now";
}

TEST(TenantList, OnlyLooks) {
  Terminal terminal;
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{"list"}, {"get", "acme"}, {"validate"}}) {
    terminal.accessed = assembly::Access::Change;
    static_cast<void>(terminal.run(words));
    EXPECT_EQ(terminal.accessed, assembly::Access::Look) << words[0];
  }
}

TEST(TenantEnable, TurnsAValidDestinationOnAndOff) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(terminal.run({"enable", "acme", "s3"}).output, "acme s3: enabled, version 2\n");
  EXPECT_TRUE(terminal.row("acme", "s3").enabled);
  EXPECT_EQ(terminal.run({"enable", "acme", "s3"}).output, "acme s3: is already enabled\n");
  EXPECT_EQ(terminal.run({"disable", "acme", "s3"}).output, "acme s3: disabled, version 3\n");
  EXPECT_FALSE(terminal.row("acme", "s3").enabled);
  EXPECT_EQ(terminal.run({"enable", "acme", "cloudwatch"}).status, kExitFailure);
}

TEST(TenantEnable, RefusesAnInvalidDestinationWhichCanStillBeDisabled) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  terminal.environment["HEADGATE_TENANTS_RULES"] = "aws";
  const Finished enable = terminal.run({"enable", "acme", "s3"});
  EXPECT_EQ(enable.status, kExitUsage);
  EXPECT_EQ(enable.complaints,
            "acme s3: target_region: is missing: the region of the log group or bucket\n"
            "acme s3: account_id: is missing: the tenant's AWS account, 12 digits\n"
            "acme s3: bucket_token: is missing: without log_distribution_role_arn the tenant proves that the "
            "bucket is its own by an object in/headgate-owner/acme in it that holds this token\n");
  EXPECT_EQ(terminal.run({"disable", "globex", "cloudwatch"}).status, 0);
}

TEST(TenantDelete, ForgetsADestination) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(terminal.run({"delete", "acme", "s3"}).output,
            "acme s3: deleted; a later tenant with this id receives nothing that is stored now\n");
  const Finished again = terminal.run({"delete", "acme", "s3"});
  EXPECT_EQ(again.status, kExitFailure);
  EXPECT_EQ(again.complaints, "acme s3: no such row\n");
  EXPECT_EQ(terminal.run({"delete", "acme"}).status, kExitUsage);
}

TEST(TenantDelete, LeavesNothingToWhoeverIsGivenTheIdNext) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(terminal.put("{tenant_id: acme, type: cloudwatch, log_group_name: /g}").status, 0);
  const auto since = [&] {
    return tenants::objects_since(terminal.store.of_tenant(TenantId("acme"), Deadline::never()).value());
  };
  EXPECT_EQ(terminal.run({"delete", "acme", "s3"}).output, "acme s3: deleted\n") << "it has another one";
  EXPECT_EQ(since(), std::nullopt);
  EXPECT_EQ(terminal.run({"delete", "acme", "cloudwatch"}).status, 0);
  EXPECT_EQ(since(), terminal.clock.now());
  EXPECT_EQ(terminal.run({"list"}).output.find("acme"), std::string::npos);
  EXPECT_EQ(terminal.run({"get", "acme"}).complaints, "acme: no such tenant\n");
  terminal.clock.advance(std::chrono::hours{1});
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(since(), terminal.clock.now()) << "between the two it was still the former customer's";
  EXPECT_EQ(terminal.run({"validate"}).output, "2 valid, 0 not\n");
  EXPECT_EQ(terminal.run({"delete", "acme", "left"}).status, 0);  // who knows that it is the same customer
  EXPECT_EQ(since(), std::nullopt);
}

TEST(TenantPut, TakesAnotherAccountForAnotherCustomer) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kAwsRow).status, 0);
  terminal.clock.advance(std::chrono::hours{1});
  std::string moved = kAwsRow;
  for (std::size_t at = moved.find("123456789012"); at != std::string::npos;
       at = moved.find("123456789012", at))
    moved.replace(at, 12, "999999999999");
  const Finished put = terminal.put(moved);
  EXPECT_EQ(put.status, 0);
  EXPECT_NE(put.complaints.find("was of account 123456789012"), std::string::npos) << put.complaints;
  EXPECT_EQ(tenants::objects_since(terminal.store.of_tenant(TenantId("acme"), Deadline::never()).value()),
            terminal.clock.now());
}

TEST(TenantValidate, JudgesADocumentWithoutStoringIt) {
  Terminal terminal;
  EXPECT_EQ(terminal.run({"validate", "--file", "-"}, kTwoRows).output, "2 valid\n");
  const Finished aws = terminal.run({"validate", "--file", "-", "--tenants.rules", "aws"}, kAwsRow);
  EXPECT_EQ(aws.output, "1 valid\n") << aws.complaints;  // put would make its external id
  const Finished bad = terminal.run({"validate", "--file", "-", "--tenants.rules", "aws"}, kTwoRows);
  EXPECT_EQ(bad.status, kExitUsage);
  EXPECT_NE(bad.complaints.find("standard input:1: globex cloudwatch: target_region: is missing"),
            std::string::npos);
  EXPECT_EQ(terminal.run({"list", "-o", "yaml"}).output, "[]\n");
}

TEST(TenantValidate, JudgesWhatIsStored) {
  Terminal terminal;
  EXPECT_EQ(terminal.put(kTwoRows).status, 0);
  EXPECT_EQ(terminal.run({"validate"}).output, "2 valid, 0 not\n");
  TenantConfiguration bad = terminal.row("acme", "s3");
  bad.bucket_name = "NO";
  EXPECT_TRUE(terminal.store.put(bad, Deadline::never()).ok());
  const Finished judged = terminal.run({"validate"});
  EXPECT_EQ(judged.status, kExitUsage);
  EXPECT_EQ(judged.output, "1 valid, 1 not\n");
  EXPECT_EQ(judged.complaints, "acme s3: bucket_name: must have 3 to 63 characters\n");
  EXPECT_EQ(terminal.run({"validate", "globex"}).status, 0);
  EXPECT_EQ(terminal.run({"validate", "nobody"}).status, kExitFailure);
}

TEST(Tenant, EndsWithOneWhenTheStoreFails) {
  Terminal terminal;
  terminal.store.break_with(Error{Fault::Retry, "disk is full"});
  for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
           {"list"}, {"get", "a"}, {"enable", "a", "s3"}, {"delete", "a", "s3"}, {"validate"}}) {
    const Finished finished = terminal.run(words);
    EXPECT_EQ(finished.status, kExitFailure) << words[0];
    EXPECT_NE(finished.complaints.find("disk is full"), std::string::npos) << words[0];
  }
  EXPECT_EQ(terminal.put(kTwoRows).status, kExitFailure);
  terminal.open_error = "state.db: permission denied";
  EXPECT_EQ(terminal.run({"list"}).complaints, "tenant store: state.db: permission denied\n");
}

TEST(Tenant, EndsWithTwoWhenItIsUsedWrongly) {
  Terminal terminal;
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{},
                                             {"put"},
                                             {"get"},
                                             {"list", "-o", "xml"},
                                             {"enable", "a"},
                                             {"validate", "a", "--file", "-"},
                                             {"list", "--process.lease", "1m"},
                                             {"list", "--tenants.rules", "gcp"}}) {
    EXPECT_EQ(terminal.run(words).status, kExitUsage) << testing::PrintToString(words);
  }
}

}  // namespace
}  // namespace headgate::cli
