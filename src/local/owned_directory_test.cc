#include "local/owned_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "conformance/scratch_folder.h"

namespace headgate::local {
namespace {

namespace fs = std::filesystem;

struct stat status_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status;
}

TEST(OwnedDirectory, IsMadeAndWritableByItsOwner) {
  const conformance::ScratchFolder folder;
  const std::string path = folder.at("var/lib/headgate");
  const Owner me{.user = ::geteuid(), .group = ::getegid()};
  ASSERT_TRUE(give_directory(path, me).ok());
  fs::create_directories(path + "/spool");
  std::ofstream(path + "/spool/1.batch") << "x";
  ASSERT_EQ(::chmod((path + "/spool/1.batch").c_str(), 0), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0500), 0);
  // Only root can open the file of mode 0, and only root prepares directories.
  const Result<> again = give_directory(path, me);
  if (::geteuid() == 0) {
    ASSERT_TRUE(again.ok()) << again.error().what;
    EXPECT_EQ(status_of(path + "/spool/1.batch").st_mode & 0600U, 0600U);
  }
  EXPECT_EQ(status_of(path).st_mode & 0700U, 0700U);
}

TEST(OwnedDirectory, IsGivenAwayWithAllThatIsInItAndNothingElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const conformance::ScratchFolder folder;
  const std::string path = folder.at("data");
  fs::create_directories(path + "/spool");
  std::ofstream(path + "/checkpoints") << "x";
  std::ofstream(path + "/spool/1.batch") << "x";
  std::ofstream(folder.at("secret")) << "x";
  fs::create_directories(folder.at("elsewhere"));
  std::ofstream(folder.at("elsewhere/file")) << "x";
  fs::create_symlink(folder.at("secret"), path + "/link");
  fs::create_symlink(folder.at("elsewhere"), path + "/spool/link");
  fs::create_hard_link(folder.at("secret"), path + "/hard");
  ASSERT_TRUE(give_directory(path, {.user = 65534, .group = 123}).ok());
  for (const char* given : {"data", "data/spool", "data/checkpoints", "data/spool/1.batch"}) {
    EXPECT_EQ(status_of(folder.at(given)).st_uid, 65534U) << given;
    EXPECT_EQ(status_of(folder.at(given)).st_gid, 123U) << given;
  }
  for (const char* kept : {"secret", "elsewhere", "elsewhere/file"})
    EXPECT_EQ(status_of(folder.at(kept)).st_uid, 0U) << kept;
}

// `--prepare` used to report success although the agent was then told to run it again.
TEST(OwnedDirectory, CanBeReachedThroughThoseThatWereMadeAboveIt) {
  const conformance::ScratchFolder folder;
  fs::create_directories(folder.at("there"));
  ASSERT_EQ(::chmod(folder.at("there").c_str(), 0700), 0);
  const Owner me{.user = ::geteuid(), .group = ::getegid()};
  ASSERT_TRUE(give_directory(folder.at("there/lib/headgate/collect"), me).ok());
  for (const char* made : {"there/lib", "there/lib/headgate"})
    EXPECT_EQ(status_of(folder.at(made)).st_mode & 0111U, 0111U) << made;
  EXPECT_EQ(status_of(folder.at("there")).st_mode & 0777U, 0700U)
      << "it was there, and is somebody else's to open";
  EXPECT_EQ(status_of(folder.at("there/lib/headgate/collect")).st_mode & 0007U, 0U);
}

TEST(OwnedDirectory, SaysWhoseTheNearestDirectoryIsAndWhatToDo) {
  const conformance::ScratchFolder folder;
  const std::string why = why_not_ours(folder.at("not/there"), "headgate collect --prepare");
  EXPECT_TRUE(why.starts_with(folder.path() + " belongs to user " + std::to_string(::geteuid()))) << why;
  EXPECT_NE(why.find("headgate collect --prepare"), std::string::npos) << why;
}

}  // namespace
}  // namespace headgate::local
