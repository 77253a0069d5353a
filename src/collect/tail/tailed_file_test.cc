// One log file on this machine's disk.
#include "collect/tail/tailed_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "conformance/scratch_folder.h"
#include "local/posix_disk.h"
#include "sim/gzipped.h"

namespace headgate::collect {
namespace {

using State = TailedFile::State;
using Content = TailedFile::Content;

constexpr const char* kOne = "2025-08-30T11:27:01Z stdout F one\n";
constexpr const char* kTwo = "2025-08-30T11:27:02Z stdout F two\n";

class TailedFileOnDisk : public testing::Test {
 protected:
  std::string path(const std::string& name = "0.log") const { return folder_.at(name); }
  void write(const std::string& text, const std::string& name = "0.log") {
    std::ofstream(path(name), std::ios::app) << text;
  }
  void overwrite(const std::string& text) { std::ofstream(path(), std::ios::trunc) << text; }
  SeenFile listed(const std::string& name = "0.log") {
    return {.name = *parse_log_file_name(name), .path = path(name), .stat = *disk_.stat(path(name))};
  }
  TailedFile open(const std::string& name = "0.log") {
    Result<TailedFile> file = TailedFile::open(disk_, decompressors_, listed(name), 1);
    CHECK(file.ok());
    return std::move(file).value();
  }
  std::string read(TailedFile& file) {
    const Result<TailedFile::Chunk> chunk = file.read(buffer_);
    EXPECT_TRUE(chunk.ok());
    return chunk.ok() ? std::string(chunk->bytes) : std::string();
  }
  void commit(TailedFile& file) { file.commit(assembler_, {}); }

  conformance::ScratchFolder folder_;
  local::PosixDisk disk_;
  Decompressors decompressors_;
  RecordAssembler assembler_{1000};
  std::vector<char> buffer_ = std::vector<char>(1024);
};

const char* name_of(State state) {
  switch (state) {
    case State::Reading:
      return "Reading";
    case State::Finished:
      return "Finished";
    case State::Truncated:
      return "Truncated";
    case State::NoCopyFound:
      return "NoCopyFound";
    case State::GivenUp:
      return "GivenUp";
  }
  return "";
}

enum class Step { Finish, Grow, Rewind, Truncate, List, FindCopy };
struct Life {
  const char* what;
  std::vector<Step> steps;
  State expected;
};

TEST_F(TailedFileOnDisk, HasTheStatesOfItsLife) {
  const std::vector<Life> lives = {
      {"new", {}, State::Reading},
      {"listed", {Step::List}, State::Reading},
      {"read to its end", {Step::Finish}, State::Finished},
      {"read, and then written to", {Step::Finish, Step::Grow}, State::Reading},
      {"read, and to be read again", {Step::Finish, Step::Rewind}, State::Reading},
      {"truncated", {Step::Truncate}, State::Truncated},
      {"truncated after it was read", {Step::Finish, Step::Truncate}, State::Truncated},
      {"truncated, and to be read again", {Step::Truncate, Step::Rewind}, State::Truncated},
      {"truncated, and no copy is listed", {Step::Truncate, Step::List}, State::NoCopyFound},
      {"given up", {Step::Truncate, Step::List, Step::Finish}, State::GivenUp},
      {"given up, and to be read again",
       {Step::Truncate, Step::List, Step::Finish, Step::Rewind},
       State::NoCopyFound},
      {"a copy is found", {Step::Truncate, Step::FindCopy}, State::Reading},
      {"a copy is found late", {Step::Truncate, Step::List, Step::Finish, Step::FindCopy}, State::Reading},
  };
  for (const Life& life : lives) {
    overwrite(kOne);
    TailedFile file = open();
    for (const Step step : life.steps) {
      switch (step) {
        case Step::Finish:
          file.finish();
          break;
        case Step::Grow:
          write(kTwo);
          file.take_listing(listed());
          break;
        case Step::Rewind:
          file.rewind();
          break;
        case Step::Truncate:
          (void)file.begin_anew(2, "-");
          break;
        case Step::List:
          file.note_directory_listed();
          break;
        case Step::FindCopy:
          file.continue_in(open());
          break;
      }
    }
    EXPECT_STREQ(name_of(file.state()), name_of(life.expected)) << life.what;
    const bool is_over = life.expected == State::Finished || life.expected == State::GivenUp;
    EXPECT_EQ(file.is_finished(), is_over) << life.what;
  }
}

TEST_F(TailedFileOnDisk, ReadsWholeLinesAndLongOnesInPieces) {
  write(kOne + std::string(kTwo) + "2025-08-30T11:27:03Z std");
  TailedFile file = open();
  EXPECT_EQ(read(file), kOne + std::string(kTwo));
  EXPECT_EQ(read(file), "");
  write("out F " + std::string(2000, 'x') + "\n");
  const Result<TailedFile::Chunk> piece = file.read(buffer_);
  ASSERT_TRUE(piece.ok());
  EXPECT_TRUE(piece->is_piece && !piece->ends_line);
  EXPECT_EQ(piece->bytes.size(), buffer_.size());
}

TEST_F(TailedFileOnDisk, SkipsNulsWhereALineWouldBegin) {
  write(std::string(10, '\0') + kOne);
  TailedFile file = open();
  const Result<TailedFile::Chunk> hole = file.read(buffer_);
  ASSERT_TRUE(hole.ok() && hole->is_hole);
  EXPECT_EQ(read(file), kOne);
}

TEST_F(TailedFileOnDisk, ReadsAgainWhatWasNotCommitted) {
  write(kOne);
  TailedFile file = open();
  read(file);
  commit(file);
  write(kTwo);
  EXPECT_EQ(read(file), kTwo);
  EXPECT_FALSE(file.is_committed(assembler_));
  file.rewind();
  EXPECT_TRUE(file.is_committed(assembler_));
  EXPECT_EQ(read(file), kTwo);
}

TEST_F(TailedFileOnDisk, IsSpentOnceAllThatWasReadIsCommitted) {
  write(kOne);
  TailedFile file = open();
  EXPECT_TRUE(file.is_spent(assembler_));
  read(file);
  EXPECT_FALSE(file.is_spent(assembler_));
  commit(file);
  EXPECT_TRUE(file.is_spent(assembler_));
}

TEST_F(TailedFileOnDisk, KnowsLinesThatAreInBatchesAfterAResume) {
  write(kOne + std::string(kTwo));
  const std::uint64_t first = std::string(kOne).size();
  TailedFile file = open();
  FilePosition position;
  position.of(Stream::Stdout).offset = first;
  file.resume(position);  // of stderr, nothing is in a batch
  EXPECT_EQ(file.offset(), 0U);
  EXPECT_TRUE(file.may_be_taken(0));
  EXPECT_TRUE(file.is_taken(Stream::Stdout, 0, assembler_));
  EXPECT_FALSE(file.is_taken(Stream::Stderr, 0, assembler_));
  EXPECT_FALSE(file.is_taken(Stream::Stdout, first, assembler_));
  EXPECT_FALSE(file.may_be_taken(first));
}

TEST_F(TailedFileOnDisk, NoticesThatItWasTruncated) {
  const std::string more(kTwo);
  const struct {
    const char* what;
    std::string now;
    bool is_rewritten;
    bool is_shorter_or_rewritten;
  } cases[] = {
      {"unchanged", kOne + more, false, false},
      {"grown", kOne + more + more, false, false},
      {"shorter, with the same beginning", kOne, true, true},
      {"empty", "", true, true},
      {"of the same length, with other content", more + kOne, true, true},
      {"longer, with other content", more + more + more, true, true},
  };
  for (const auto& one : cases) {
    overwrite(kOne + more);
    TailedFile file = open();
    read(file);
    overwrite(one.now);
    const Result<bool> rewritten = file.is_rewritten();
    const Result<bool> shorter = file.is_shorter_or_rewritten();
    ASSERT_TRUE(rewritten.ok() && shorter.ok());
    EXPECT_EQ(*rewritten, one.is_rewritten) << one.what;
    EXPECT_EQ(*shorter, one.is_shorter_or_rewritten) << one.what;
  }
}

TEST_F(TailedFileOnDisk, KeepsOldContentApartFromNewContent) {
  write(kOne);
  TailedFile file = open();
  read(file);
  overwrite(kTwo);
  TailedFile anew = file.begin_anew(2, "-");
  EXPECT_EQ(file.first_bytes(), kOne);
  EXPECT_FALSE(file.is_open());
  EXPECT_TRUE(is_older(file.name(), anew.name()));
  EXPECT_EQ(read(anew), kTwo);
}

TEST_F(TailedFileOnDisk, GoesOnInItsArchiveWhereItWas) {
  write(kOne + std::string(kTwo));
  write(sim::gzipped(kOne + std::string(kTwo)), "0.log.20250830-112701.gz");
  TailedFile file = open();
  std::vector<char> small(std::string(kOne).size() + 1);
  ASSERT_EQ(std::string(file.read(small)->bytes), kOne);
  std::filesystem::remove(path());
  file.take_archive(listed("0.log.20250830-112701.gz"));
  EXPECT_FALSE(file.is_gzip());  // its own descriptor still has the rest
  file.close();
  EXPECT_TRUE(file.is_gzip());
  EXPECT_EQ(read(file), kTwo);
}

TEST_F(TailedFileOnDisk, IsJudgedByItsFirstLines) {
  const struct {
    const char* what;
    std::string text;
    Content expected;
  } cases[] = {
      {"empty", "", Content::Log},
      {"a CRI line", kOne, Content::Log},
      {"a CRI line after others", "some\nother\n" + std::string(kOne), Content::Log},
      {"a CRI line after NULs", std::string(5000, '\0') + kOne, Content::Log},
      {"too few lines to tell", "some\nother\n", Content::Unknown},
      {"many lines, none of them CRI",
       [] {
         std::string text;
         for (std::size_t line = 0; line <= TailedFile::kFirstLines; ++line) text += "text\n";
         return text;
       }(),
       Content::Foreign},
      {"one endless line", std::string(2000, 'x'), Content::Foreign},
  };
  for (const auto& one : cases) {
    overwrite(one.text);
    TailedFile file = open();
    const Result<Content> content = file.judge(buffer_);
    ASSERT_TRUE(content.ok());
    EXPECT_EQ(*content, one.expected) << one.what;
  }
}

TEST_F(TailedFileOnDisk, CountsTheUnreadLinesOfADeletedFile) {
  write(kOne);
  TailedFile file = open();
  read(file);
  write(kTwo + std::string(kTwo) + "half a line");
  std::filesystem::remove(path());
  file.look_whether_deleted();
  EXPECT_TRUE(file.is_deleted());
  EXPECT_EQ(file.count_unread_lines(buffer_), 3U);
  file.close();
  EXPECT_FALSE(file.is_deleted());
  EXPECT_EQ(file.deleted_bytes(), 0U);
}

TEST_F(TailedFileOnDisk, StaysQuietUntilItIsSeenToGrow) {
  write(kOne);
  TailedFile file = open();
  read(file);
  const SteadyTime now{std::chrono::hours{1}};
  EXPECT_FALSE(file.has_reached_end());
  file.note_end(now);
  file.note_end(now + std::chrono::seconds{3});
  EXPECT_EQ(file.quiet_for(now + std::chrono::seconds{5}), std::chrono::seconds{5});
  file.take_listing(listed());
  EXPECT_TRUE(file.has_reached_end());
  write(kTwo);
  file.take_listing(listed());
  EXPECT_FALSE(file.has_reached_end());
}

}  // namespace
}  // namespace headgate::collect
