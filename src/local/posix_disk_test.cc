#include "local/posix_disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/child_process.h"
#include "conformance/disk.h"
#include "conformance/scratch_folder.h"
#include "local/posix_file.h"

namespace headgate::conformance {
namespace {

struct PosixFixture {
  Disk& disk() { return disk_; }
  std::string root() { return folder_.path(); }
  local::PosixDisk disk_;
  ScratchFolder folder_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Posix, DiskConformance, PosixFixture);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

using conformance::ChildProcess;
using conformance::Reports;
using conformance::ScratchFolder;

void write(Disk& disk, const std::string& path, std::string_view bytes) {
  const auto file = disk.create(path);
  ASSERT_TRUE(file.ok() && file.value()->append(bytes).ok());
}

TEST(PosixDisk, FollowsSymbolicLinksWhenItLists) {
  const ScratchFolder folder;
  PosixDisk disk;
  write(disk, folder.at("file"), "text");
  ASSERT_TRUE(disk.make_directories(folder.at("logs/directory")).ok());
  ASSERT_EQ(::symlink(folder.at("file").c_str(), folder.at("logs/to-file").c_str()), 0);
  ASSERT_EQ(::symlink("directory", folder.at("logs/to-directory").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", folder.at("logs/to-nowhere").c_str()), 0);
  ASSERT_EQ(::mkfifo(folder.at("logs/pipe").c_str(), 0600), 0);
  std::vector<DirectoryEntry> entries = disk.list(folder.at("logs")).value();
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const std::vector<std::pair<std::string, EntryKind>> expected = {{"directory", EntryKind::Directory},
                                                                   {"pipe", EntryKind::Other},
                                                                   {"to-directory", EntryKind::Directory},
                                                                   {"to-file", EntryKind::File},
                                                                   {"to-nowhere", EntryKind::Other}};
  ASSERT_EQ(entries.size(), expected.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].name, expected[i].first);
    EXPECT_EQ(entries[i].kind, expected[i].second) << entries[i].name;
  }
  EXPECT_EQ(disk.stat(folder.at("logs/to-file")).value().bytes, 4U);
}

TEST(PosixDisk, APipeInALogDirectoryCannotHangIt) {
  const ScratchFolder folder;
  PosixDisk disk;
  ASSERT_EQ(::mkfifo(folder.at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(disk.open(folder.at("pipe")).error().fault, Fault::Invalid);
  EXPECT_FALSE(disk.create(folder.at("pipe")).ok());
}

TEST(PosixDisk, AFullDiskIsRetryAndNamesTheFile) {
  const ScratchFolder folder;
  ChildProcess child([&](const Reports&) {
    conformance::limit_file_bytes(1000);
    PosixDisk disk;
    const auto file = disk.create(folder.at("spool"));
    if (!file.value()->append(std::string(1000, 'x')).ok()) return 1;
    const Result<> refused = file.value()->append("y");
    if (refused.ok() || refused.error().fault != Fault::Retry) return 2;
    return refused.error().what.find("spool") == std::string::npos ? 3 : 0;
  });
  EXPECT_EQ(child.wait(), 0);
}

TEST(PosixDisk, ANameWithANulIsRefused) {
  PosixDisk disk;
  EXPECT_EQ(disk.open(std::string("/etc/passwd\0.log", 16)).error().fault, Fault::Invalid);
  EXPECT_EQ(disk.make_directories(std::string("/tmp\0x", 6)).error().fault, Fault::Invalid);
  EXPECT_EQ(disk.make_directories("").error().fault, Fault::Invalid);
}

TEST(PosixFile, KnowsThePathAbove) {
  EXPECT_EQ(parent_of("/a/b/c"), "/a/b");
  EXPECT_EQ(parent_of("/a/b/"), "/a");
  EXPECT_EQ(parent_of("/a"), "/");
  EXPECT_EQ(parent_of("/"), "/");
  EXPECT_EQ(parent_of("a/b"), "a");
  EXPECT_EQ(parent_of("a"), ".");
  EXPECT_EQ(parent_of(""), ".");
}

TEST(PosixFile, MakesDirectoriesWithOrWithoutASlashAtTheEnd) {
  const ScratchFolder folder;
  EXPECT_TRUE(make_directories(folder.at("a/b/c/"), Syncing::Yes).ok());
  EXPECT_TRUE(make_directories(folder.at("a/b/d"), Syncing::Yes).ok());
  struct stat status {};
  ASSERT_EQ(::stat(folder.at("a/b/c").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U & ~kDirectoryMode, 0U);
}

}  // namespace
}  // namespace headgate::local
