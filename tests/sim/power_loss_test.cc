// The node lost power: what the runtime had written last is not on the disk any more, though the agent had
// read it, and its checkpoint is.
#include "sim/tailing.h"

namespace headgate::collect {
namespace {

class PowerLoss : public Tailing {
 protected:
  // Ten lines of which all are sealed; where each of them ends.
  void write_ten() {
    for (int number = 0; number < 10; ++number) {
      write(line("line " + std::to_string(number)));
      ends_.push_back(disk_.bytes_of(kLog));
    }
    EXPECT_EQ(collect().size(), 10U);
    tail_.reset();
  }
  std::vector<std::uint64_t> ends_;
};

TEST_F(PowerLoss, AFileThatIsShorterIsGoneOnWithAtItsEnd) {
  write_ten();
  disk_.runtime_cut(kLog, ends_[5]);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  write(line("new"));
  EXPECT_EQ(collect(), Texts{"new"});
  EXPECT_EQ(counts_.truncations, 0U);
}

TEST_F(PowerLoss, AFileThatIsShorterAndOverIsNotReadAgain) {
  write_ten();
  disk_.runtime_cut(kLog, ends_[5]);
  write(line("new"), kContainer + "/1.log");
  start_agent();
  EXPECT_EQ(collect(), Texts{"new"});
  EXPECT_EQ(counts_.truncations, 0U);
}

TEST_F(PowerLoss, LinesBehindTheCutAreReadWhateverTheFilesLength) {
  for (const int lines : {1, 3, 30}) {
    SetUp();
    disk_.runtime_remove(kLog);
    ends_.clear();
    write_ten();
    disk_.runtime_cut(kLog, ends_[5]);
    Texts wanted;
    for (int number = 0; number < lines; ++number) {
      wanted.push_back("after " + std::to_string(number));
      write(line(wanted.back()));
    }
    start_agent();
    EXPECT_EQ(collect(), wanted);
    start_agent();
    EXPECT_EQ(collect(), Texts{});
  }
}

// A node often comes up with a clock that is behind.
TEST_F(PowerLoss, TimesOfARunSayNothingOfOneWithAClockSetBack) {
  nanoseconds_ = 1000;
  write(line("late") + line("late too", "F", "stderr"));
  EXPECT_EQ(collect(), (Texts{"late", "late too"}));
  nanoseconds_ = 100;
  const std::string log = kContainer + "/1.log";
  write(line("one"), log);
  const std::uint64_t left = disk_.bytes_of(log);
  write(line("two"), log);
  EXPECT_EQ(collect(), (Texts{"one", "two"}));
  tail_.reset();
  disk_.runtime_cut(log, left);
  write(line("three", "F", "stderr") + line("four"), log);
  start_agent();
  EXPECT_EQ(collect(), (Texts{"three", "four"}));
}

TEST_F(PowerLoss, ALineThatWasCutInTheMiddleHidesNoneBehindIt) {
  write_ten();
  disk_.runtime_cut(kLog, ends_[5] - 4);
  write(line("new", "F", "stderr") + line("newer"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"new", "newer"}));
}

TEST_F(PowerLoss, NulsInThePlaceOfTheLastLinesAreNotTheirs) {
  write_ten();
  const std::uint64_t bytes = disk_.bytes_of(kLog);
  disk_.runtime_cut(kLog, ends_[5]);
  write(std::string(bytes - ends_[5], '\0') + line("new"));
  start_agent();
  EXPECT_EQ(collect(), Texts{"new"});
}

TEST_F(PowerLoss, ALineWithAnEarlierTimeBehindTheCutIsNew) {
  write_ten();
  disk_.runtime_cut(kLog, ends_[5]);
  nanoseconds_ = 1;  // the clock went back
  write(line("new") + line("newer"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"new", "newer"}));
}

TEST_F(PowerLoss, ARecordThatWasOpenIsReadFromItsFirstPiece) {
  write(line("one"));
  write(line("open", "P"));
  write(line("two", "F", "stderr"));
  const std::uint64_t bytes = disk_.bytes_of(kLog);
  write(line("three", "F", "stderr"));
  EXPECT_EQ(collect(), (Texts{"one", "two", "three"}));
  disk_.runtime_cut(kLog, bytes);
  write(line(" and closed") + line("four", "F", "stderr"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"open and closed", "four"}));
}

TEST_F(PowerLoss, ARemainderShorterThanAFingerprintIsRecognised) {
  write_ten();
  ASSERT_LT(ends_[1], Fingerprint::kBytesMax);
  ASSERT_GT(ends_[9], Fingerprint::kBytesMax);
  disk_.runtime_cut(kLog, ends_[1]);
  write(line("new"));
  start_agent();
  EXPECT_EQ(collect(), Texts{"new"});
  disk_.runtime_cut(kLog, ends_[1]);
  Texts many;
  for (int number = 0; number < 10; ++number) {
    many.push_back("more " + std::to_string(number));
    write(line(many.back()));
  }
  start_agent();
  EXPECT_EQ(collect(), many);
}

TEST_F(PowerLoss, AFileThatWasWrittenAnewIsReadFromItsBeginning) {
  write_ten();
  disk_.runtime_truncate(kLog);
  write("odd\n" + line("new"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"odd", "new"}));
}

TEST_F(PowerLoss, WhatAnEarlierVersionNotedIsGoneOnWithAtTheEndToo) {
  write_ten();
  BatchManifest before = last_manifest_;
  before.sequence += 1;
  for (CoveredFile& file : before.covers)
    file.end_offset = 0, file.end = {}, file.begin = {}, file.until = {};
  checkpoints_->note_sealed(before);
  disk_.runtime_cut(kLog, ends_[5]);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  write(line("new"));
  EXPECT_EQ(collect(), Texts{"new"});
}

TEST(Checkpoints, AnEmptyFileSaysWhatToDo) {
  Faults faults{FaultPlan{}};
  SimDisk disk(faults);
  disk.runtime_append("/data/checkpoints", "");
  const auto opened = Checkpoints::open(disk, "/data");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::Invalid);
  EXPECT_NE(opened.error().what.find("remove it"), std::string::npos) << opened.error().what;
}

}  // namespace
}  // namespace headgate::collect
