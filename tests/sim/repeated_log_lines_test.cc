// What the collector finds at every look is one log line an hour with a count, not one a look.
#include "base/log.h"
#include "sim/collector_on_disk.h"

namespace headgate::sim {
namespace {

class RepeatedLogLines : public CollectorOnDisk {
 protected:
  // How many log lines hold `words` while it looks once a second for so long.
  std::vector<std::string> logged(std::chrono::minutes length, const std::string& words) {
    log::configure(log::Level::Info, log::Style::Json);
    testing::internal::CaptureStderr();
    for (std::chrono::seconds passed{0}; passed < length; passed += std::chrono::seconds{1}) {
      clock_.advance(std::chrono::seconds{1});
      collector_->look_again();
      (void)collector_->turn();
    }
    std::vector<std::string> lines;
    std::istringstream text(testing::internal::GetCapturedStderr());
    for (std::string line; std::getline(text, line);) {
      if (line.find(words) != std::string::npos) lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(RepeatedLogLines, AFileThatCannotBeReadIsOneLineAnHourWithACount) {
  say("ns", "web-1", "one");
  disk_.runtime_set_access(log_of("ns", "web-1"), SimDisk::Access::Denied);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(logged(std::chrono::minutes{50}, "0.log").size(), 1U);
  const std::vector<std::string> later = logged(std::chrono::minutes{60}, "0.log");
  ASSERT_EQ(later.size(), 1U);
  EXPECT_NE(later[0].find("permission denied"), std::string::npos);
  EXPECT_NE(later[0].find("\"times\":3600"), std::string::npos) << later[0];
  EXPECT_GE(metric("headgate_collect_errors_total"), 6600);
}

TEST_F(RepeatedLogLines, SoIsADirectoryThatCannotBeListed) {
  say("ns", "web-1", "one");
  disk_.runtime_set_access(std::string(kPods) + "/ns_web-1_uid", SimDisk::Access::Denied);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(logged(std::chrono::minutes{59}, "ns_web-1_uid").size(), 1U);
  EXPECT_EQ(logged(std::chrono::minutes{60}, "ns_web-1_uid").size(), 1U);
}

TEST_F(RepeatedLogLines, SoIsAnOpenFileThatIsDeniedAfterItWasRead) {
  say("ns", "web-1", "one");
  ASSERT_TRUE(open().ok());
  read();
  disk_.runtime_set_access(log_of("ns", "web-1"), SimDisk::Access::Denied);
  EXPECT_EQ(logged(std::chrono::minutes{50}, "0.log").size(), 1U);
}

TEST_F(RepeatedLogLines, SoIsAPodWhoseNamesMakeNoObjectKey) {
  const std::string pod(1100, 'p');  // longer than a key may be
  say("ns", pod, "one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(logged(std::chrono::minutes{50}, "pod_names_invalid").size(), 1U);
}

TEST_F(RepeatedLogLines, AnotherFileHasALineOfItsOwn) {
  say("ns", "web-1", "one");
  say("ns", "web-2", "two");
  disk_.runtime_set_access(log_of("ns", "web-1"), SimDisk::Access::Denied);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(logged(std::chrono::minutes{5}, "log_file_unreadable").size(), 1U);
  disk_.runtime_set_access(log_of("ns", "web-2"), SimDisk::Access::Denied);
  EXPECT_EQ(logged(std::chrono::minutes{5}, "web-2").size(), 1U);
}

}  // namespace
}  // namespace headgate::sim
