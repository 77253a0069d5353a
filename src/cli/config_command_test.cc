#include "cli/config_command.h"

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <fstream>
#include <iterator>
#include <sstream>

#include "config/config_print.h"
#include "fakes/source_directory.h"

namespace headgate::cli {
namespace {

struct Finished {
  int status = 0;
  std::string output;
  std::string complaints;
};

Finished run(std::vector<const char*> words, const config::Environment& environment = {}) {
  std::ostringstream output;
  std::ostringstream complaints;
  CLI::App app("test", "headgate");
  app.require_subcommand(1);
  const std::vector<Command> commands = {
      add_config(app, {.environment = environment, .output = output, .complaints = complaints})};
  words.insert(words.begin(), "headgate");
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  Finished done;
  done.status = run_command(app, commands, static_cast<int>(words.size()), words.data());
  done.output = testing::internal::GetCapturedStdout() + output.str();
  done.complaints = testing::internal::GetCapturedStderr() + complaints.str();
  return done;
}

TEST(ConfigCheck, ShowsWhatIsInForceWithFlagsForEverySetting) {
  const Finished done =
      run({"config", "check", "--collect.batch.age-max", "10s", "--process.buckets", "abc",
           "--process.buckets=def", "--metrics.listen", "", "--log.level=debug", "--log.level", "warn"},
          {{"HEADGATE_CLUSTER_ID", "prod-1"}});
  EXPECT_EQ(done.status, 0) << done.complaints;
  EXPECT_EQ(done.complaints, "");
  EXPECT_NE(done.output.find("age_max: 10s  # --collect.batch.age-max\n"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("buckets: [\"abc\", \"def\"]  # --process.buckets\n"), std::string::npos)
      << done.output;
  EXPECT_NE(done.output.find("listen: \"\"  # --metrics.listen\n"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("level: warn  # --log.level\n"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("cluster_id: prod-1  # HEADGATE_CLUSTER_ID\n"), std::string::npos)
      << done.output;
}

TEST(ConfigCheck, TakesAnEmptyValueForOne) {
  const Finished done = run({"config", "check", "--kube.ca-file=", "--kube.api=", "--kube.node-name=n"});
  EXPECT_EQ(done.status, 0) << done.complaints;
  EXPECT_NE(done.output.find("ca_file: \"\"  # --kube.ca-file\n"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("node_name: n  # --kube.node-name\n"), std::string::npos) << done.output;
}

TEST(ConfigCheck, PrintsOneLineAProblemAndEndsWithTwo) {
  const Finished done = run({"config", "check", "--collect.level", "9", "--config", "/nowhere.yaml"},
                            {{"HEADGATE_LOG_LEVEL", "loud"}, {"HEADGATE_LOG_LEVL", "info"}});
  EXPECT_EQ(done.status, kExitUsage);
  EXPECT_EQ(done.output, "");
  EXPECT_EQ(done.complaints,
            "warning: HEADGATE_LOG_LEVL: unknown variable, not used; did you mean HEADGATE_LOG_LEVEL?\n"
            "/nowhere.yaml: No such file or directory\n"
            "HEADGATE_LOG_LEVEL: log.level: \"loud\" must be one of debug, info, warn, error\n");
}

TEST(ConfigCheck, RefusesFlagsThatItDoesNotKnow) {
  EXPECT_EQ(run({"config", "check", "--collect.batch.age_max", "10s"}).status, kExitUsage);
  EXPECT_EQ(run({"config", "check", "extra"}).status, kExitUsage);
  EXPECT_EQ(run({"config"}).status, kExitUsage);
  EXPECT_EQ(run({"config", "check", "--help"}).status, 0);
}

TEST(ConfigReference, IsWhatTheDocumentSays) {
  std::ifstream file(fakes::source_directory() + "/docs/configuration.md");
  const std::string document((std::istreambuf_iterator<char>(file)), {});
  const Finished done = run({"config", "reference"});
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(document, done.output) << "print it anew: headgate config reference > docs/configuration.md";
  for (const config::Setting& setting : config::settings())
    EXPECT_NE(document.find("\n### `" + std::string(setting.about.key) + "`\n"), std::string::npos)
        << setting.about.key;
}

TEST(LoadOrComplain, GivesTheConfigurationOrEveryProblem) {
  std::ostringstream complaints;
  const auto config = load_or_complain({.file = "", .flags = {{"cluster_id", "c"}}}, {}, complaints);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->cluster_id.str(), "c");
  EXPECT_EQ(complaints.str(), "");
  EXPECT_FALSE(load_or_complain({.file = "", .flags = {{"cluster_id", ""}}}, {}, complaints).has_value());
  EXPECT_NE(complaints.str().find("--cluster-id: cluster_id: must have"), std::string::npos);
}

}  // namespace
}  // namespace headgate::cli
