#include "local/inotify_events.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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

TEST_F(InotifyEventsTest, TellsOfADirectoryThatWasRemovedAndMadeAgainOnceItIsWatchedAgain) {
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

TEST_F(InotifyEventsTest, SaysThatADirectoryIsNotThere) {
  const Result<> watched = events_->watch(directory_ + "/none");
  ASSERT_FALSE(watched.ok());
  EXPECT_EQ(watched.error().fault, Fault::NotFound);
}

}  // namespace
}  // namespace headgate::local
