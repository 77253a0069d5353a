#include "local/process_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>

#include "conformance/scratch_folder.h"
#include "local/system_clock.h"

namespace headgate::local {
namespace {

using namespace std::chrono_literals;

// A clock during whose sleeps something happens.
class EventfulClock : public SystemClock {
 public:
  bool sleep(std::chrono::nanoseconds /*wait*/, const std::stop_token& stop) override {
    if (on_sleep) on_sleep();
    return SystemClock::sleep(1ms, stop);
  }
  std::function<void()> on_sleep;
};

class ProcessLockTest : public testing::Test {
 protected:
  Result<ProcessLock> take(std::chrono::milliseconds wait_max = 0ms) {
    return ProcessLock::take(clock_, path_, {.version = "1.2.3", .wait_max = wait_max}, stop_.get_token());
  }
  std::string text() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  conformance::ScratchFolder folder_;
  EventfulClock clock_;
  std::stop_source stop_;
  std::string path_ = folder_.at("lock");
};

TEST_F(ProcessLockTest, IsOneHoldersAtATimeAndSaysWhoseAndSinceWhen) {
  {
    const auto first = take();
    ASSERT_TRUE(first.ok()) << first.error().what;
    const auto second = take();
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::Retry);
    const std::string pid = "pid " + std::to_string(::getpid());
    for (const std::string& said :
         {pid, std::string("host "), std::string("version 1.2.3"), std::string("since 20"), path_})
      EXPECT_NE(second.error().what.find(said), std::string::npos) << second.error().what;
  }
  EXPECT_TRUE(take().ok()) << "it goes with its holder";
}

TEST_F(ProcessLockTest, GoesWithAProcessThatIsKilled) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<ProcessLock> held = take();
    const bool is_taken = held.ok();
    const char word = is_taken ? 'y' : 'n';
    (void)!::write(ready[1], &word, 1);
    while (is_taken) ::pause();
    ::_exit(1);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  EXPECT_FALSE(take().ok());
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(take().ok());
}

TEST_F(ProcessLockTest, WaitsForAHolderThatGoesAndNotForOneThatStays) {
  std::optional<ProcessLock> first = take().value();
  EXPECT_FALSE(take(1ms).ok());
  clock_.on_sleep = [&] { first.reset(); };
  EXPECT_TRUE(take(1h).ok());
}

TEST_F(ProcessLockTest, WaitsNoLongerOnceItIsToStop) {
  const auto first = take();
  ASSERT_TRUE(first.ok());
  stop_.request_stop();
  const auto second = take(1h);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().fault, Fault::Stopped);
}

TEST_F(ProcessLockTest, IsOfTheFileThatHasTheName) {
  const auto first = take();
  ASSERT_TRUE(first.ok());
  std::filesystem::remove(path_);
  const auto second = take();
  EXPECT_TRUE(second.ok()) << "somebody removed the file: that is his doing";
  EXPECT_FALSE(take().ok());
}

TEST_F(ProcessLockTest, LeavesWhatANewerHeadgateWroteAsItIs) {
  const std::string newer = "headgate-data 2\npid 1\nand more\n";
  std::ofstream(path_) << newer;
  const auto taken = take();
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().fault, Fault::Denied);
  EXPECT_NE(taken.error().what.find("newer headgate"), std::string::npos) << taken.error().what;
  EXPECT_EQ(text(), newer);
}

TEST_F(ProcessLockTest, TakesAFileWithWhateverElse) {
  for (const std::string& before :
       {std::string(), std::string("\x1b[31m\0\n\n\n", 9), std::string(100'000, 'x')}) {
    std::ofstream(path_, std::ios::binary) << before;
    const auto first = take();
    ASSERT_TRUE(first.ok()) << first.error().what;
    EXPECT_TRUE(text().starts_with("headgate-data 1\npid "));
    EXPECT_LT(text().size(), 400U);
  }
}

TEST_F(ProcessLockTest, SaysToNobodysTerminalWhatTheFileHolds) {
  const auto first = take();
  ASSERT_TRUE(first.ok());
  std::ofstream(path_, std::ios::binary) << "headgate-data 1\npid \x1b]0;evil\x07\xff\n";
  const std::string what = take().error().what;
  EXPECT_NE(what.find("pid ?]0;evil??"), std::string::npos) << what;
}

}  // namespace
}  // namespace headgate::local
