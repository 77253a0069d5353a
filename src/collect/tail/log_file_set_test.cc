// The files of one container on this machine's disk, as rotation leaves them.
#include "collect/tail/log_file_set.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "conformance/scratch_folder.h"
#include "local/posix_disk.h"
#include "sim/gzipped.h"

namespace headgate::collect {
namespace {

using State = TailedFile::State;
using Texts = std::vector<std::string>;

constexpr const char* kLog = "0.log";
constexpr const char* kRotated = "0.log.20250830-112701";
constexpr const char* kLater = "0.log.20250830-112801";

// A disk that will not open some files at the moment.
class StubbornDisk : public local::PosixDisk {
 public:
  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override {
    if (stubborn.contains(path)) return Error{Fault::Retry, path + ": too many open files"};
    return PosixDisk::open(path);
  }
  std::set<std::string> stubborn;
};

// Longer than a fingerprint, so that a rotated file with it is not taken for a copy that has just begun.
std::string line(const std::string& text) {
  return "2025-08-30T11:27:01Z stdout F " + text + std::string(Fingerprint::kBytesMax, '.') + "\n";
}

class LogFiles : public testing::Test {
 protected:
  LogFiles() {
    std::filesystem::create_directories(folder_.at("pod"));
    std::filesystem::create_directories(folder_.at("data"));
    checkpoints_.emplace(*Checkpoints::open(disk_, folder_.at("data")));
  }
  std::string path(const std::string& name) const { return folder_.at("pod/" + name); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path(name), std::ios::app) << text;
  }
  void truncate(const std::string& name) { std::filesystem::resize_file(path(name), 0); }
  void rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(path(from), path(to));
  }
  void copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(path(from), path(to));
  }
  void remove(const std::string& name) { std::filesystem::remove(path(name)); }
  void compress(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(path(name)).rdbuf();
    write(name + ".gz", sim::gzipped(text.str()));
    remove(name);
  }
  LogFileSet::ScanResult look(std::size_t opened_max = SIZE_MAX) {
    Scan scan;
    scan_container(disk_, {}, ContainerName("main"), folder_.at("pod"), scan);
    return files_.see(scan.containers.at(0), *checkpoints_, opened_max);
  }
  // What is read of each file from where we are in it, as container_tail.h would.
  Texts read() {
    Texts texts;
    for (TailedFile& file : files_) {
      std::string text;
      while (!file.is_finished() && !file.is_truncated()) {
        const Result<TailedFile::Chunk> chunk = file.read(buffer_);
        EXPECT_TRUE(chunk.ok());
        if (!chunk.ok() || chunk->bytes.empty()) break;
        text += chunk->bytes;
      }
      texts.push_back(text);
    }
    return texts;
  }
  void commit() {
    for (TailedFile& file : files_) file.commit(assembler_, {});
    files_.drop_done();
  }
  Texts names() const {
    Texts names;
    for (const TailedFile& file : files_)
      names.push_back(std::filesystem::path(file.path()).filename().string());
    return names;
  }

  conformance::ScratchFolder folder_;
  StubbornDisk disk_;
  Decompressors decompressors_;
  RecordAssembler assembler_{1000};
  std::optional<Checkpoints> checkpoints_;
  LogFileSet files_{disk_, decompressors_, assembler_, nullptr};
  std::vector<char> buffer_ = std::vector<char>(4096);
};

TEST_F(LogFiles, StandInTheOrderOfTheirLines) {
  for (const char* name : {"1.log", kLater, "0.log", kRotated}) write(name, line(name));
  look();
  EXPECT_EQ(names(), (Texts{kRotated, kLater, "0.log", "1.log"}));
  EXPECT_TRUE(files_.is_written(3));
  EXPECT_FALSE(files_.is_written(2));
  EXPECT_EQ(files_.first_run(), 0U);
}

TEST_F(LogFiles, ARotatedFileIsReadOnFromWhereItWas) {
  write(kLog, line("one"));
  look();
  EXPECT_EQ(read(), Texts{line("one")});
  write(kLog, line("two"));
  rename(kLog, kRotated);
  write(kLog, line("three"));
  look();
  EXPECT_EQ(names(), (Texts{kRotated, kLog}));
  EXPECT_EQ(read(), (Texts{line("two"), line("three")}));
}

TEST_F(LogFiles, AnArchiveIsNotReadBesideItsFile) {
  write(kRotated, line("one"));
  write(kLog, line("two"));
  look();
  read();
  compress(kRotated);
  EXPECT_FALSE(look().is_stale);
  EXPECT_EQ(files_.size(), 2U);
  EXPECT_EQ(read(), (Texts{"", ""}));
}

TEST_F(LogFiles, ACopyOfATruncatedFileIsReadOn) {
  write(kLog, line("one"));
  look();
  read();
  write(kLog, line("unread"));
  copy(kLog, kRotated);
  truncate(kLog);
  write(kLog, line("new"));
  look();
  EXPECT_EQ(names(), (Texts{kRotated, kLog}));
  EXPECT_EQ(read(), (Texts{line("unread"), line("new")}));
  EXPECT_EQ(files_.take_truncations(), 1U);
  EXPECT_EQ(files_.take_truncations(), 0U);
}

TEST_F(LogFiles, ACopyBesideItsFileIsReadOnce) {
  write(kLog, line("one"));
  look();
  read();
  copy(kLog, kRotated);
  look();
  EXPECT_EQ(names(), Texts{kLog});
  EXPECT_EQ(read(), Texts{""});
}

TEST_F(LogFiles, TruncatedContentIsGivenUpAfterAListing) {
  write(kLog, line("one"));
  look();
  read();
  truncate(kLog);
  write(kLog, line("new"));
  files_.split_truncated(0);
  ASSERT_EQ(files_.size(), 2U);
  EXPECT_EQ(files_[0].state(), State::Truncated);
  commit();
  EXPECT_EQ(files_.size(), 2U);  // a copy may still be found
  look();
  EXPECT_EQ(files_[0].state(), State::NoCopyFound);
  files_[0].finish();
  commit();
  EXPECT_EQ(names(), Texts{kLog});
  EXPECT_EQ(read(), Texts{line("new")});
}

TEST_F(LogFiles, LaterFilesWaitForOneThatCannotBeOpened) {
  write(kRotated, line("one"));
  look();
  write(kLater, line("two"));
  write(kLog, line("three"));
  disk_.stubborn = {path(kLater)};
  const LogFileSet::ScanResult result = look();
  EXPECT_TRUE(result.is_stale);
  EXPECT_EQ(result.unreadable.size(), 1U);
  EXPECT_EQ(names(), Texts{kRotated});
  EXPECT_FALSE(files_.must_wait(0));
  EXPECT_FALSE(files_.beginnings());
  EXPECT_EQ(files_.unread_bytes(), line("one").size() + line("two").size() + line("three").size());
  disk_.stubborn.clear();
  EXPECT_FALSE(look().is_stale);
  EXPECT_EQ(read(), (Texts{line("one"), line("two"), line("three")}));
}

TEST_F(LogFiles, NoMoreAreOpenedThanMayBe) {
  write(kRotated, line("one"));
  write(kLater, line("two"));
  write(kLog, line("three"));
  EXPECT_TRUE(look(2).is_stale);
  EXPECT_EQ(names(), (Texts{kRotated, kLater}));
  EXPECT_EQ(files_.open_files(), 2U);
  EXPECT_FALSE(look(1).is_stale);
  EXPECT_EQ(names(), (Texts{kRotated, kLater, kLog}));
}

TEST_F(LogFiles, AFileDeletedBeforeItWasOpenedIsLost) {
  write(kRotated, line("one"));
  write(kLog, line("two"));
  look(0);
  remove(kRotated);
  look(0);
  EXPECT_EQ(files_.take_files_lost(), 0U);  // a file that is being renamed can be missing once
  look(0);
  EXPECT_EQ(files_.take_files_lost(), 1U);
  EXPECT_EQ(files_.take_all_lost(), 1U);  // the other one, when the directory goes
}

TEST_F(LogFiles, AnOpenFileIsReadAfterItsDeletion) {
  write(kLog, line("one"));
  look();
  remove(kLog);
  look();
  EXPECT_FALSE(files_.is_polled());
  look();
  EXPECT_TRUE(files_.is_polled());  // the container may still write to it
  EXPECT_TRUE(files_.is_written(0));
  EXPECT_EQ(read(), Texts{line("one")});
  EXPECT_EQ(files_.deleted().bytes, line("one").size());
  files_.see_nothing();
  EXPECT_FALSE(files_.is_written(0));
  files_[0].finish();
  commit();
  EXPECT_TRUE(files_.is_done());
  EXPECT_EQ(files_.take_files_lost(), 0U);
}

TEST_F(LogFiles, ADeletedFileIsReleasedWithItsLinesCounted) {
  write(kLog, line("one") + line("two"));
  look();
  remove(kLog);
  look();
  const LogFileSet::Released released = files_.release_oldest_deleted(buffer_);
  EXPECT_EQ(released.lines, 2U);
  EXPECT_EQ(released.bytes, line("one").size() + line("two").size());
  EXPECT_EQ(files_.size(), 0U);
  EXPECT_EQ(files_.release_oldest_deleted(buffer_).bytes, 0U);
}

TEST_F(LogFiles, ARunEndsWithItsLastFileUnlessItIsWritten) {
  write(kRotated, line("one"));
  write(kLog, line("two"));
  write("1.log", line("three"));
  look();
  const struct {
    std::optional<std::uint32_t> run;
    std::uint32_t runs_ended;
    const TailedFile* expected;
  } cases[] = {
      {0, 0, &files_[1]},
      {1, 0, nullptr},
      {1, 1, nullptr},
      {1, 2, &files_[2]},
      {std::nullopt, 1, nullptr},
      {std::nullopt, 2, &files_[2]},
  };
  for (const auto& one : cases) {
    files_.note_runs_ended(one.runs_ended);
    EXPECT_EQ(files_.end_of_run(one.run), one.expected) << one.run.value_or(99) << " " << one.runs_ended;
  }
}

TEST_F(LogFiles, OnlyFilesWhollyInBatchesAreClosed) {
  write(kRotated, line("one"));
  write(kLog, line("two"));
  look();
  files_.close_spent();
  EXPECT_EQ(files_.open_files(), 2U);
  read();
  files_.close_spent();
  EXPECT_EQ(files_.open_files(), 2U);
  commit();
  files_.close_spent();
  EXPECT_EQ(files_.open_files(), 0U);
  write(kLog, line("three"));
  look();
  EXPECT_EQ(read(), (Texts{"", line("three")}));
}

}  // namespace
}  // namespace headgate::collect
