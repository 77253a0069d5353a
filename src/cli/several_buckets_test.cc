// Scans and replays of a time where process.buckets names several.
#include <gtest/gtest.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/mutex.h"
#include "cli/process_command.h"
#include "cli/replay_command.h"
#include "fakes/scripted_server.h"
#include "local/sqlite_tenant_store.h"

namespace headgate::cli {
namespace {

using fakes::ScriptedServer;

struct Finished {
  int status = 0;
  std::string output;
  std::string complaints;
};

Finished run(std::vector<std::string> words, const config::Environment& environment = {}) {
  std::ostringstream output;
  std::ostringstream complaints;
  std::istringstream input;
  CLI::App app("test", "headgate");
  app.require_subcommand(1);
  const CommandDeps deps{.environment = environment, .output = output, .complaints = complaints};
  const std::vector<Command> commands = {add_process(app, deps, input), add_replay(app, deps)};
  std::vector<const char*> arguments = {"headgate"};
  for (const std::string& word : words) arguments.push_back(word.c_str());
  Finished done;
  done.status = run_command(app, commands, static_cast<int>(arguments.size()), arguments.data());
  done.output = output.str();
  done.complaints = complaints.str();
  return done;
}

// Two folders as buckets, and a tenant that has an object in each.
class SeveralFolders : public testing::Test {
 protected:
  SeveralFolders() {
    std::string made = "/tmp/headgate-several-buckets-XXXXXX";
    CHECK(::mkdtemp(made.data()) != nullptr);
    root_ = made;
    for (const char* bucket : {"central", "other"}) {
      const std::filesystem::path folder = root_ / "store" / bucket / "cluster/acme/web/web-1";
      std::filesystem::create_directories(folder);
      std::ofstream(folder / (std::string("of-") + bucket + ".json"))
          << R"({"message":"of )" << bucket << "\"}\n";
    }
    TenantConfiguration row;
    row.tenant = TenantId("acme");
    row.type = DestinationName("cloudwatch");
    row.enabled = true;
    row.log_group_name = "/acme";
    const auto tenants = local::SqliteTenantStore::open(root_ / "state.db");
    CHECK(tenants.ok() && (*tenants)->put(row, Deadline::never()).ok());
  }
  ~SeveralFolders() override { std::filesystem::remove_all(root_); }

  Finished run_here(std::vector<std::string> words, std::vector<std::string> buckets = {"central", "other"}) {
    words.insert(words.end(), {"--local.root", root_, "--store.bucket", "central", "--log.level", "error"});
    for (const std::string& bucket : buckets) words.insert(words.end(), {"--process.buckets", bucket});
    return run(words);
  }

  std::filesystem::path root_;
};

constexpr std::string_view kOfCentral = "s3://central/cluster/acme/web/web-1/of-central.json";
constexpr std::string_view kOfOther = "s3://other/cluster/acme/web/web-1/of-other.json";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(SeveralFolders, AScanDeliversWhatEachHolds) {
  const Finished plan = run_here({"process", "--mode=scan", "--dry-run"});
  EXPECT_EQ(plan.status, 0) << plan.complaints;
  EXPECT_TRUE(has(plan.output, kOfCentral) && has(plan.output, kOfOther)) << plan.output;
  const Finished scan = run_here({"process", "--mode=scan", "--age-min=0"});
  EXPECT_EQ(scan.status, 0) << scan.complaints;
  EXPECT_TRUE(has(scan.output, "done 2, not done 0")) << scan.output;
}

TEST_F(SeveralFolders, AScanReadsNoBucketThatIsForWritingAlone) {
  const Finished plan = run_here({"process", "--mode=scan", "--dry-run"}, {"other"});
  EXPECT_EQ(plan.status, 0) << plan.complaints;
  EXPECT_TRUE(!has(plan.output, kOfCentral) && has(plan.output, kOfOther)) << plan.output;
}

TEST_F(SeveralFolders, AScanGoesOnInTheBucketWhereItWasLeftOff) {
  const std::string after(kOfCentral);
  const Finished plan = run_here({"process", "--mode=scan", "--dry-run", "--after=" + after});
  EXPECT_TRUE(!has(plan.output, kOfCentral) && has(plan.output, kOfOther)) << plan.output;
  const Finished none = run_here({"process", "--mode=scan", "--after=s3://nobodys/key"});
  EXPECT_EQ(none.status, kExitUsage);
  EXPECT_TRUE(has(none.complaints, "--after: s3://nobodys/key")) << none.complaints;
}

TEST_F(SeveralFolders, AReplayOfATimeDeliversWhatEachHolds) {
  const std::vector<std::string> words = {"replay", "--tenant=acme", "--from=2020-01-01T00:00:00Z"};
  std::vector<std::string> dry = words;
  dry.push_back("--dry-run");
  const Finished plan = run_here(dry);
  EXPECT_EQ(plan.status, 0) << plan.complaints;
  EXPECT_EQ(plan.output, std::string(kOfCentral) + '\n' + std::string(kOfOther) + '\n');
  // What was written this very moment is not before now.
  std::vector<std::string> all = words;
  all.push_back("--to=2100-01-01T00:00:00Z");
  const Finished replay = run_here(all);
  EXPECT_EQ(replay.status, 0) << replay.complaints;
  EXPECT_EQ(replay.output, "objects: done 2, not done 0\ndeliveries: delivered 2\n");
}

// An S3 of two buckets, of which the first one refuses.
class SeveralInS3 : public testing::Test {
 protected:
  Finished run_there(std::vector<std::string> words) {
    words.insert(words.end(), {"--store.kind=s3", "--store.bucket=central", "--process.buckets=central",
                               "--process.buckets=other", "--aws.region=eu-west-1", "--log.level=error",
                               "--aws.endpoint-url=" + server_.url()});
    return run(words, {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}});
  }
  int lists_of_other() {
    const MutexLock lock(mutex_);
    return lists_of_other_;
  }

  Mutex mutex_;
  int lists_of_other_ = 0;  // guarded
  ScriptedServer server_{[this](const std::string& request, ScriptedServer::Answer& answer) {
    if (request.starts_with("GET /central"))
      return answer.json(403, "<Error><Code>AccessDenied</Code><Message>not you</Message></Error>");
    if (request.starts_with("GET /other")) {
      const MutexLock lock(mutex_);
      ++lists_of_other_;
      return answer.json(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
    }
    // Tenants and ledger: a tenant with one destination, and nothing delivered.
    answer.json(200, R"({"Count":1,"Items":[{"tenant_id":{"S":"acme"},"type":{"S":"cloudwatch"},)"
                     R"("enabled":{"BOOL":true},"target_region":{"S":"eu-west-1"},)"
                     R"("account_id":{"S":"222222222222"},"log_group_name":{"S":"/acme"},)"
                     R"("external_id":{"S":"external-1"},)"
                     R"("log_distribution_role_arn":{"S":"arn:aws:iam::222222222222:role/logs"}}]})");
  }};
};

TEST_F(SeveralInS3, NamesAnUnlistableBucketAndSearchesTheOther) {
  const std::vector<std::vector<std::string>> commands = {
      {"process", "--mode=scan", "--dry-run"},
      {"process", "--mode=scan"},
      {"replay", "--tenant=acme", "--from=2020-01-01T00:00:00Z", "--name=n"},
      {"replay", "--tenant=acme", "--from=2020-01-01T00:00:00Z", "--dry-run"}};
  int lists = 0;
  for (const std::vector<std::string>& command : commands) {
    const Finished done = run_there(command);
    EXPECT_EQ(done.status, kExitFailure);
    EXPECT_TRUE(has(done.complaints, "bucket central: ")) << done.complaints;
    EXPECT_TRUE(has(done.complaints, "AccessDenied")) << done.complaints;
    EXPECT_FALSE(has(done.complaints, "bucket other")) << done.complaints;
    EXPECT_EQ(lists_of_other(), ++lists) << command[0] << ' ' << command[1];
    if (command.back() == "--name=n") {
      EXPECT_TRUE(has(done.output, "go on with --name=n\n")) << done.output;
    }
  }
}

}  // namespace
}  // namespace headgate::cli
