#include "local/pod_log_disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "conformance/disk.h"
#include "conformance/scratch_folder.h"
#include "local/inotify_events.h"

namespace headgate::conformance {
namespace {

template <local::PodLogDisk::Options::Resolver resolver>
struct PodLogFixture {
  Disk& disk() { return disk_; }
  std::string root() { return folder_.path(); }
  ScratchFolder folder_;
  local::PodLogDisk disk_{{.root = folder_.path(), .resolver = resolver}};
};
using Resolver = local::PodLogDisk::Options::Resolver;
INSTANTIATE_TYPED_TEST_SUITE_P(PodLogsByKernel, DiskConformance, PodLogFixture<Resolver::Kernel>);
INSTANTIATE_TYPED_TEST_SUITE_P(PodLogsByComponents, DiskConformance, PodLogFixture<Resolver::Components>);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

using Resolver = PodLogDisk::Options::Resolver;

// pods/ is the root; nobody may make us read outside/.
class PodLogs : public testing::TestWithParam<Resolver> {
 protected:
  PodLogs() {
    make_directory("pods");
    make_directory("pods/mine");
    make_directory("pods/other");
    make_directory("outside");
    write("outside/secret", "secret\n");
    write("pods/mine/0.log", "mine\n");
    write("pods/other/0.log", "other\n");
  }
  std::string at(const std::string& name) const { return folder_.at(name); }
  void make_directory(const std::string& name) { ASSERT_EQ(::mkdir(at(name).c_str(), 0755), 0); }
  void write(const std::string& name, const std::string& text) { std::ofstream(at(name)) << text; }
  void link(const std::string& target, const std::string& name) {
    ASSERT_EQ(::symlink(target.c_str(), at(name).c_str()), 0);
  }
  PodLogDisk disk(std::vector<std::string> follow_links = {}) const {
    return PodLogDisk({.root = at("pods"), .follow_links = std::move(follow_links), .resolver = GetParam()});
  }
  static std::string read(PodLogDisk disk, const std::string& path) {
    const auto file = disk.open(path);
    if (!file.ok()) return file.error().fault == Fault::Invalid ? "refused" : file.error().what;
    std::string text(100, '\0');
    text.resize((*file)->read_at(0, text).value());
    return text;
  }
  static std::map<std::string, EntryKind> list(PodLogDisk disk, const std::string& path) {
    std::map<std::string, EntryKind> found;
    for (const DirectoryEntry& entry : disk.list(path).value()) found[entry.name] = entry.kind;
    return found;
  }
  const conformance::ScratchFolder folder_;
};

TEST_P(PodLogs, AreReadBelowTheirDirectoryOnly) {
  EXPECT_EQ(read(disk(), at("pods/mine/0.log")), "mine\n");
  EXPECT_EQ(read(disk(), at("pods//mine//0.log")), "mine\n");
  for (const char* path : {"outside/secret", "pods/../outside/secret", "pods/mine/../../outside/secret",
                           "pods/mine/./0.log", "podsmine/0.log", "pods"}) {
    EXPECT_EQ(read(disk(), at(path)), "refused") << path;
    EXPECT_FALSE(disk().stat(at(path)).ok()) << path;
  }
  EXPECT_EQ(read(disk(), at("pods/mine") + std::string("/0.log\0/x", 8)), "refused");
}

TEST_P(PodLogs, ReadsNothingThroughALink) {
  link(at("outside/secret"), "pods/mine/1.log");
  link("../../outside/secret", "pods/mine/2.log");
  link("../other/0.log", "pods/mine/3.log");
  link("0.log", "pods/mine/4.log");
  link("/proc/self/root" + at("outside/secret"), "pods/mine/5.log");
  link("/proc/self/fd/0", "pods/mine/6.log");
  link("nowhere", "pods/mine/7.log");
  for (char number = '1'; number <= '7'; ++number) {
    const std::string path = at(std::string("pods/mine/") + number + ".log");
    EXPECT_EQ(read(disk(), path), "refused") << path;
    EXPECT_EQ(disk().stat(path).error().fault, Fault::Invalid) << path;
    EXPECT_EQ(list(disk(), at("pods/mine"))[std::string(1, number) + ".log"], EntryKind::Other);
  }
}

TEST_P(PodLogs, WalksThroughNoLinkedDirectory) {
  link(at("outside"), "pods/linked");
  link("../other", "pods/mine/linked");
  link("/proc/self/root", "pods/mine/magic");
  for (const std::string path : {"pods/linked", "pods/mine/linked", "pods/mine/magic"}) {
    EXPECT_EQ(disk().list(at(path)).error().fault, Fault::Invalid) << path;
    EXPECT_FALSE(disk().open_directory(at(path)).ok()) << path;
  }
  EXPECT_EQ(read(disk(), at("pods/linked/secret")), "refused");
  EXPECT_EQ(read(disk(), at("pods/mine/linked/0.log")), "refused");
  EXPECT_EQ(list(disk(), at("pods"))["linked"], EntryKind::Other);
}

// A directory is replaced by a link between listing and opening.
TEST_P(PodLogs, ADirectoryReplacedByALinkIsNotWalkedThrough) {
  PodLogDisk logs = disk();
  EXPECT_EQ(list(logs, at("pods"))["mine"], EntryKind::Directory);
  EXPECT_EQ(list(logs, at("pods/mine"))["0.log"], EntryKind::File);
  ASSERT_EQ(::rename(at("pods/mine").c_str(), at("pods/gone").c_str()), 0);
  write("outside/0.log", "secret\n");
  link(at("outside"), "pods/mine");
  EXPECT_EQ(read(logs, at("pods/mine/0.log")), "refused");
  EXPECT_FALSE(logs.stat(at("pods/mine/0.log")).ok());
  EXPECT_FALSE(logs.list(at("pods/mine")).ok());
  const auto events = InotifyEvents::open(&logs);
  ASSERT_TRUE(events.ok());
  EXPECT_EQ((*events)->watch(at("pods/mine")).error().fault, Fault::NotFound);
}

TEST_P(PodLogs, OpensNothingButRegularFilesWithOneName) {
  ASSERT_EQ(::mkfifo(at("pods/mine/1.log").c_str(), 0644), 0);
  ASSERT_EQ(::link(at("outside/secret").c_str(), at("pods/mine/2.log").c_str()), 0);
  make_directory("pods/mine/3.log");
  for (const char* path : {"pods/mine/1.log", "pods/mine/2.log", "pods/mine/3.log"})
    EXPECT_EQ(read(disk(), at(path)), "refused") << path;
  EXPECT_EQ(disk().stat(at("pods/mine/2.log")).value().links, 2U);
  EXPECT_EQ(list(disk(), at("pods/mine"))["1.log"], EntryKind::Other);
  ASSERT_EQ(::unlink(at("outside/secret").c_str()), 0);
  EXPECT_EQ(read(disk(), at("pods/mine/2.log")), "secret\n");
}

TEST_P(PodLogs, BelongToRootOrToTheOwnerOfTheirDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(at("pods/mine/0.log").c_str(), 1234, 0), 0);
  EXPECT_EQ(read(disk(), at("pods/mine/0.log")), "refused");
  EXPECT_EQ(disk().stat(at("pods/mine/0.log")).error().fault, Fault::Invalid);
  ASSERT_EQ(::chown(at("pods").c_str(), 1234, 0), 0);
  EXPECT_EQ(read(disk(), at("pods/mine/0.log")), "mine\n");
  EXPECT_EQ(read(disk(), at("pods/other/0.log")), "other\n");
}

TEST_P(PodLogs, LinksAreFollowedIntoAllowedDirectoriesOnly) {
  make_directory("docker");
  make_directory("docker/abc");
  write("docker/abc/json.log", "allowed\n");
  link(at("outside/secret"), "docker/abc/way-out");
  link(at("docker/abc/json.log"), "pods/mine/1.log");
  link("../../docker/abc/json.log", "pods/mine/2.log");
  link(at("docker/abc"), "pods/linked");
  link(at("outside/secret"), "pods/mine/3.log");
  link(at("docker/abc/way-out"), "pods/mine/4.log");
  link(at("docker/abc/../../outside/secret"), "pods/mine/5.log");
  link(at("docker/gone"), "pods/mine/6.log");
  link(at("dockerabc"), "pods/mine/7.log");
  link("8.log", "pods/mine/8.log");
  link("../other/0.log", "pods/mine/9.log");
  const PodLogDisk logs = disk({at("docker")});
  EXPECT_EQ(read(logs, at("pods/mine/0.log")), "mine\n");
  EXPECT_EQ(read(logs, at("pods/mine/1.log")), "allowed\n");
  EXPECT_EQ(read(logs, at("pods/mine/2.log")), "allowed\n");
  EXPECT_EQ(read(logs, at("pods/linked/json.log")), "allowed\n");
  for (const char number : {'3', '4', '5', '7', '8', '9'})
    EXPECT_EQ(read(logs, at(std::string("pods/mine/") + number + ".log")), "refused") << number;
  std::map<std::string, EntryKind> listed = list(logs, at("pods/mine"));
  EXPECT_EQ(listed["0.log"], EntryKind::File);
  EXPECT_EQ(listed["1.log"], EntryKind::File);
  EXPECT_EQ(listed["2.log"], EntryKind::File);
  EXPECT_EQ(listed["3.log"], EntryKind::Other);
  EXPECT_FALSE(listed.contains("6.log"));  // its container was deleted
  EXPECT_EQ(list(logs, at("pods"))["linked"], EntryKind::Directory);
  EXPECT_TRUE(list(logs, at("pods/linked")).contains("json.log"));
}

TEST_P(PodLogs, TheirOwnDirectoryAndTheAllowedOnesMayBeLinks) {
  make_directory("disk");
  make_directory("disk/abc");
  write("disk/abc/json.log", "allowed\n");
  link(at("disk"), "docker");
  link(at("pods"), "logs");
  link(at("docker/abc/json.log"), "pods/mine/1.log");
  link(at("disk/abc/json.log"), "pods/mine/2.log");
  const PodLogDisk logs({.root = at("logs"), .follow_links = {at("docker") + "/"}, .resolver = GetParam()});
  EXPECT_EQ(read(logs, at("logs/mine/0.log")), "mine\n");
  EXPECT_EQ(read(logs, at("logs/mine/1.log")), "allowed\n");
  EXPECT_EQ(read(logs, at("logs/mine/2.log")), "allowed\n");
}

TEST_P(PodLogs, TellWhatIsBesideAFileBehindALink) {
  make_directory("docker");
  write("docker/abc.log", "now\n");
  write("docker/abc.log.1", "before\n");
  write("docker/abc.log.2", "older\n");
  write("docker/abd.log.1", "of another\n");
  write("docker/abc.logs", "of another\n");
  write("outside/secret.1", "secret\n");
  link(at("outside/secret"), "docker/abc.log.3");
  ASSERT_EQ(::link(at("outside/secret").c_str(), at("docker/abc.log.4").c_str()), 0);
  make_directory("docker/abc.log.5");
  link(at("docker/abc.log"), "pods/mine/1.log");
  link(at("outside/secret"), "pods/mine/2.log");
  PodLogDisk logs = disk({at("docker")});
  std::map<std::string, std::string> found;
  for (const FileBeside& file : logs.beside_target(at("pods/mine/1.log")).value()) {
    std::string text(100, '\0');
    text.resize(file.file->read_at(0, text).value());
    EXPECT_EQ(file.stat.bytes, text.size());
    found[file.name] = text;
  }
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"abc.log.1", "before\n"}, {"abc.log.2", "older\n"}}));
  EXPECT_EQ(logs.beside_target(at("pods/mine/2.log")).error().fault, Fault::Invalid);
  EXPECT_EQ(logs.beside_target(at("docker/abc.log")).error().fault, Fault::Invalid);
  EXPECT_EQ(logs.beside_target(at("pods/mine/3.log")).error().fault, Fault::NotFound);
  EXPECT_TRUE(disk().beside_target(at("pods/mine/1.log"))->empty());
}

TEST_P(PodLogs, ChangesAreToldOfWhatWouldBeOpened) {
  PodLogDisk logs = disk();
  const auto events = InotifyEvents::open(&logs);
  ASSERT_TRUE(events.ok());
  ASSERT_TRUE((*events)->watch(at("pods/mine")).ok());
  EXPECT_EQ((*events)->watch(at("pods/gone")).error().fault, Fault::NotFound);
  write("pods/mine/1.log", "more\n");
  const FileEvents::Changes changes = (*events)->take();
  ASSERT_EQ(changes.directories.size(), 1U);
  EXPECT_EQ(changes.directories[0].directory, at("pods/mine"));
}

INSTANTIATE_TEST_SUITE_P(Both, PodLogs, testing::Values(Resolver::Kernel, Resolver::Components),
                         [](const auto& about) {
                           return about.param == Resolver::Kernel ? "ByKernel" : "ByComponents";
                         });

}  // namespace
}  // namespace headgate::local
