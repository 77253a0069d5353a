#include "local/inotify_events.h"

#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string_view>

// In this program directories below one called on-nfs are on NFS, because a test cannot mount one.
extern "C" int statfs(const char* path, struct statfs* status) noexcept {
  const long outcome = ::syscall(SYS_statfs, path, status);
  if (outcome == 0 && std::string_view(path).find("/on-nfs") != std::string_view::npos)
    status->f_type = NFS_SUPER_MAGIC;
  return static_cast<int>(outcome);
}

namespace headgate::local {
namespace {

class InotifyEventsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    Result<std::unique_ptr<InotifyEvents>> opened = InotifyEvents::open();
    ASSERT_TRUE(opened.ok()) << opened.error().what;
    events_ = std::move(opened).value();
    ASSERT_TRUE(events_->watch(directory_).ok());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void append(const std::string& name) { std::ofstream(directory_ + "/" + name, std::ios::app) << "line\n"; }

  const std::string directory_ =
      testing::TempDir() + "inotify-" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::unique_ptr<InotifyEvents> events_;
};

TEST_F(InotifyEventsTest, TellsNothingWhereNothingHappened) {
  const FileEvents::Changes changes = events_->take();
  EXPECT_TRUE(changes.directories.empty());
  EXPECT_FALSE(changes.is_overflown);
}

TEST_F(InotifyEventsTest, TellsNamesAndContentsApartAndEachDirectoryOnce) {
  append("0.log");
  append("1.log");
  FileEvents::Changes changes = events_->take();
  ASSERT_EQ(changes.directories.size(), 1U);
  EXPECT_EQ(changes.directories[0].directory, directory_);
  EXPECT_TRUE(changes.directories[0].are_names_changed);
  EXPECT_TRUE(changes.directories[0].are_contents_changed);

  append("0.log");
  changes = events_->take();
  ASSERT_EQ(changes.directories.size(), 1U);
  EXPECT_FALSE(changes.directories[0].are_names_changed);
  EXPECT_TRUE(changes.directories[0].are_contents_changed);

  std::filesystem::rename(directory_ + "/0.log", directory_ + "/0.log.20250830-112701");
  changes = events_->take();
  ASSERT_EQ(changes.directories.size(), 1U);
  EXPECT_TRUE(changes.directories[0].are_names_changed);
  EXPECT_FALSE(changes.directories[0].are_contents_changed);
  EXPECT_TRUE(events_->take().directories.empty());
}

TEST_F(InotifyEventsTest, ReportsARecreatedDirectoryOnceItIsWatchedAgain) {
  const std::string below = directory_ + "/pod";
  std::filesystem::create_directory(below);
  ASSERT_TRUE(events_->watch(below).ok());
  ASSERT_TRUE(events_->watch(below).ok()) << "again costs nothing";
  std::filesystem::remove_all(below);
  events_->take();
  std::filesystem::create_directory(below);
  events_->take();
  ASSERT_TRUE(events_->watch(below).ok());
  append("pod/0.log");
  const FileEvents::Changes changes = events_->take();
  ASSERT_EQ(changes.directories.size(), 1U);
  EXPECT_EQ(changes.directories[0].directory, below);
}

// The kernel does this if nobody takes its events for too long; inotify(7), IN_Q_OVERFLOW.
TEST_F(InotifyEventsTest, SaysOnceThatEventsWereLostAndTellsOfLaterOnes) {
  std::size_t queue_max = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue_max;
  if (queue_max == 0 || queue_max > 200'000) GTEST_SKIP() << "a queue of " << queue_max << " events";
  std::ofstream one(directory_ + "/0.log");
  std::ofstream other(directory_ + "/1.log");
  // alternately, because equal events in a row are merged
  for (std::size_t count = 0; count <= queue_max / 2; ++count) {
    one << "line" << std::endl;
    other << "line" << std::endl;
  }
  bool is_overflown = false;
  for (FileEvents::Changes changes = events_->take(); !changes.directories.empty() || changes.is_overflown;
       changes = events_->take()) {
    EXPECT_FALSE(is_overflown && changes.is_overflown);
    is_overflown = is_overflown || changes.is_overflown;
  }
  EXPECT_TRUE(is_overflown);
  append("0.log");
  EXPECT_EQ(events_->take().directories.size(), 1U);
}

// The kernel would accept the watch, and report only what is written on this machine.
TEST_F(InotifyEventsTest, WatchesNoDirectoryOfANetworkFileSystem) {
  const std::string below = directory_ + "/on-nfs";
  std::filesystem::create_directory(below);
  events_->take();
  const Result<> watched = events_->watch(below);
  ASSERT_FALSE(watched.ok());
  EXPECT_EQ(watched.error().fault, Fault::Invalid);
  append("on-nfs/0.log");
  EXPECT_TRUE(events_->take().directories.empty());
}

TEST_F(InotifyEventsTest, SaysThatADirectoryIsNotThere) {
  const Result<> watched = events_->watch(directory_ + "/none");
  ASSERT_FALSE(watched.ok());
  EXPECT_EQ(watched.error().fault, Fault::NotFound);
}

}  // namespace
}  // namespace headgate::local
