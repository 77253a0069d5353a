#include "cli/loggen_command.h"

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "local/posix_disk.h"

namespace headgate::cli {
namespace {

// Time goes on only when slept.
class TestClock : public Clock {
 public:
  Timestamp now() const override { return Timestamp::from_seconds(1'756'553'221) + passed_; }
  SteadyTime steady() const override { return SteadyTime{} + passed_; }
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    passed_ += wait;
    return stop.stop_requested();
  }

 private:
  std::chrono::nanoseconds passed_{0};
};

struct Outcome {
  int status = 0;
  std::string output;
  std::string errors;
};

Outcome headgate(std::vector<const char*> words) {
  TestClock clock;
  local::PosixDisk disk;
  StringSink output;
  CLI::App app("test", "headgate");
  app.require_subcommand(1);
  const std::vector<Command> commands = {add_loggen(app, {.clock = clock, .disk = disk, .output = output})};
  words.insert(words.begin(), "headgate");
  testing::internal::CaptureStderr();
  const int status = run_command(app, commands, static_cast<int>(words.size()), words.data());
  return {.status = status, .output = output.text, .errors = testing::internal::GetCapturedStderr()};
}

TEST(LoggenCommand, WritesAsManyLinesAsAskedAndReportsThem) {
  const Outcome outcome = headgate({"loggen", "--count", "250", "--rate", "1000"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 250);
  EXPECT_NE(outcome.errors.find("loggen: 250 lines (250 numbered), " + std::to_string(outcome.output.size()) +
                                " bytes, "),
            std::string::npos)
      << outcome.errors;
}

TEST(LoggenCommand, WritesAtTheRateForTheSeconds) {
  const Outcome outcome = headgate({"loggen", "--seconds", "1.5", "--rate", "1000"});
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1500);
}

TEST(LoggenCommand, RepeatsItselfFromSeedAndStartTime) {
  const std::vector<const char*> words = {
      "loggen", "--count", "300", "--seed", "5", "--start-time", "2025-08-30T11:27:01Z", "--odd", "--cri"};
  const std::string first = headgate(words).output;
  EXPECT_TRUE(first.starts_with("2025-08-30T11:27:01Z std")) << first.substr(0, 100);
  EXPECT_EQ(headgate(words).output, first);
}

TEST(LoggenCommand, TakesSeveralFormats) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"loggen", "--count", "100", "--format", "klog,go", "--rate", "0"},
        std::vector<const char*>{"loggen", "--count", "100", "--format", "klog", "--format", "go", "--rate",
                                 "0"}}) {
    const std::string output = headgate(words).output;
    EXPECT_NE(output.find("2025/08/30 11:2"), std::string::npos);
    EXPECT_NE(output.find("0830 11:2"), std::string::npos);
    EXPECT_EQ(output.find("audit.k8s.io"), std::string::npos);
  }
}

TEST(LoggenCommand, WritesAPodLogDirectory) {
  const std::string directory = testing::TempDir() + "loggen-command";
  std::filesystem::remove_all(directory);
  const Outcome outcome = headgate({"loggen", "--count", "2000", "--tenants", "2", "--applications", "2",
                                    "--pods", "3", "--containers", "2", "--output", directory.c_str()});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, "");
  int logs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    ++logs;
    EXPECT_EQ(entry.path().filename(), "0.log");
    EXPECT_GT(entry.file_size(), 0u);
  }
  EXPECT_EQ(logs, 24);
  std::filesystem::remove_all(directory);
}

TEST(LoggenCommand, NamesTheOptionThatIsWrongAndFails) {
  const std::vector<std::vector<const char*>> cases = {{"--rate", "fast"},
                                                       {"--rate", "-1"},
                                                       {"--format", "xml"},
                                                       {"--min-bytes", "4Q"},
                                                       {"--tenants", "0"},
                                                       {"--start-time", "soon"},
                                                       {"--start-time", "1999-12-31T23:59:59Z"},
                                                       {"--rotate-keep", "1"},
                                                       {"--seconds", "-1"},
                                                       {"--partial-percent", "101"},
                                                       {"--max-bytes", "300"},
                                                       {"--size-mean", "1MiB"},
                                                       {"--colour", "blue"},
                                                       {"--count", ""}};
  for (const std::vector<const char*>& wrong : cases) {
    const Outcome outcome = headgate({"loggen", "--count", "1", wrong[0], wrong[1]});
    EXPECT_EQ(outcome.status, kExitUsage) << wrong[0] << " " << wrong[1];
    EXPECT_NE(outcome.errors.find(wrong[0]), std::string::npos) << outcome.errors;
    EXPECT_EQ(outcome.output, "");
  }
}

TEST(LoggenCommand, AsksForASubcommand) {
  EXPECT_EQ(headgate({}).status, kExitUsage);
  EXPECT_EQ(headgate({"fly"}).status, kExitUsage);
}

}  // namespace
}  // namespace headgate::cli
