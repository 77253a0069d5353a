// What becomes of a log file that is copied and then truncated (logrotate: copytruncate).
#include "sim/tailing.h"

namespace headgate::collect {
namespace {

class CopyTruncated : public Tailing {
 protected:
  void copy(const std::string& to = kCopy) { write(disk_.runtime_read(kLog), to); }
  void truncate() { disk_.runtime_truncate(kLog); }
  static inline const std::string kCopy = kLog + ".20250830-112701";
};

TEST_F(CopyTruncated, GoesOnInTheCopyFromWhereItWasInTheFile) {
  write(line("sealed"));
  EXPECT_EQ(collect(), Texts{"sealed"});
  write(line("read"));
  look();
  read();
  write(line("copied"));
  copy();
  truncate();
  write(line("new"));
  EXPECT_EQ(collect(), (Texts{"read", "copied", "new"}));
  EXPECT_EQ(counts_.truncations, 1U);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(CopyTruncated, GoesOnInTheCopyAlsoWhenTheTruncationIsSeenFirst) {
  write(line("read"));
  look();
  read();
  write(line("copied"));
  copy();
  truncate();
  write(line("new") + line("more than there was") + line("to be longer"));
  read();  // the names were not looked at since
  EXPECT_EQ(collect(), (Texts{"read", "copied", "new", "more than there was", "to be longer"}));
}

TEST_F(CopyTruncated, KeepsTheOrderAlsoOfAFileThatWasEmptyWhenItWasSeen) {
  write("");
  look();
  read();
  write(line("copied"));
  copy();
  truncate();
  write(line("new"));
  read();  // the names were not looked at since
  EXPECT_EQ(sealed(), (Texts{"copied", "new"}));
}

TEST_F(CopyTruncated, ReadsTheFileAndNotItsCopyUntilItIsTruncated) {
  write(line("one"));
  look();
  read();
  copy();
  write(line("two"));
  look();
  read();
  write(disk_.runtime_read(kLog).substr(disk_.bytes_of(kCopy)), kCopy);
  EXPECT_EQ(collect(), (Texts{"one", "two"}));
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  truncate();
  write(line("three"));
  EXPECT_EQ(collect(), Texts{"three"});
}

TEST_F(CopyTruncated, ACopyThatIsLeftUnfinishedIsNeverRead) {
  std::string text;
  Texts wanted;
  for (int number = 0; number < 20; ++number) {
    wanted.push_back("line " + std::to_string(number));
    text += line(wanted.back());
  }
  write(text);
  write(text.substr(0, text.size() / 2), kCopy);
  EXPECT_EQ(collect(), wanted);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  disk_.runtime_rename(kLog, kLog + ".20250830-112702");
  write(line("new"));
  EXPECT_EQ(collect(), Texts{"new"});
  compress(kLog + ".20250830-112702");
  EXPECT_EQ(collect(), Texts{});
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  disk_.runtime_remove(kLog + ".20250830-112702.gz");
  for (int count = 0; count < 3; ++count) EXPECT_EQ(collect(), Texts{});
}

TEST_F(CopyTruncated, ACopyBegunBesideAnUnfinishedCopyIsRecognised) {
  std::string text;
  for (int number = 0; number < 20; ++number) text += line("line " + std::to_string(number));
  write(text);
  EXPECT_EQ(collect().size(), 20U);
  write(text.substr(0, text.size() / 2), kCopy);
  const std::string second = kLog + ".20250830-112702";
  write(text.substr(0, 100), second);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  write(line("copied"));
  write(disk_.runtime_read(kLog).substr(100), second);
  truncate();
  write(line("new"));
  EXPECT_EQ(collect(), (Texts{"copied", "new"}));
}

TEST_F(CopyTruncated, ReadsFromTheCopyWhatNoAgentRead) {
  write(line("sealed"));
  EXPECT_EQ(collect(), Texts{"sealed"});
  tail_.reset();
  write(line("copied"));
  copy();
  truncate();
  write(line("new"));
  start_agent();
  EXPECT_EQ(collect(), (Texts{"copied", "new"}));
}

TEST_F(CopyTruncated, GoesOnInACopyThatWasGzippedMeanwhile) {
  write(line("sealed"));
  EXPECT_EQ(collect(), Texts{"sealed"});
  write(line("read"));
  look();
  read();
  write(line("copied"));
  copy();
  truncate();
  compress(kCopy);
  write(line("new"));
  EXPECT_EQ(collect(), (Texts{"read", "copied", "new"}));
}

TEST_F(CopyTruncated, JoinsPiecesAcrossATruncationWithACopy) {
  write(line("a1 ", "P"));
  look();
  read();
  write(line("a2 ", "P"));
  copy();
  truncate();
  write(line("a3"));
  EXPECT_EQ(collect(), Texts{"a1 a2 a3"});
}

TEST_F(CopyTruncated, EndsWhatIsOpenAtATruncationWithoutACopy) {
  write(line("never ended", "P"));
  look();
  read();
  truncate();
  write(line("fresh"));
  EXPECT_EQ(collect(), (Texts{"never ended", "fresh"}));
}

TEST_F(CopyTruncated, EndsNoLineSinceTheTruncationIfTheFileWasRenamed) {
  write(line("never ended", "P"));
  look();
  read();
  truncate();
  ASSERT_TRUE(tail_->read(buffer_, *batch_, now_).ok());
  write(line("a1 ", "P"));
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  write(line("a2"));
  EXPECT_EQ(collect(), (Texts{"never ended", "a1 a2"}));
}

TEST_F(CopyTruncated, EndsNoLineBetweenATruncationAndTheNextCopy) {
  write(line("never ended", "P"));
  look();
  read();
  truncate();
  ASSERT_TRUE(tail_->read(buffer_, *batch_, now_).ok());
  write(line("a1 ", "P"));
  copy();
  truncate();
  write(line("a2"));
  EXPECT_EQ(collect(), (Texts{"never ended", "a1 a2"}));
}

TEST_F(CopyTruncated, PositionsHoldWhatWasReadBeforeATruncation) {
  write(line("sealed"));
  EXPECT_EQ(collect(), Texts{"sealed"});
  write(line("read"));
  look();
  read();
  const std::string text = disk_.runtime_read(kLog);
  truncate();
  write(line("new"));
  EXPECT_EQ(collect(), (Texts{"read", "new"}));
  start_agent();
  write(text, kCopy);  // out of the sight of the agent before
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(CopyTruncated, GoesOnInTheCopyAfterABatchWasGivenUp) {
  write(line("sealed"));
  EXPECT_EQ(collect(), Texts{"sealed"});
  write(line("read"));
  look();
  read();
  copy();
  truncate();
  write(line("new"));
  look();
  read();
  batch_->discard();
  tail_->rewind();
  batch_ = std::make_unique<PodBatch>(*spool_, PodBatch::Options{});
  EXPECT_EQ(collect(), (Texts{"read", "new"}));
}

TEST_F(CopyTruncated, FollowsAFileThatIsCopiedAndTruncatedAgainAndAgain) {
  Texts wanted;
  for (int number = 0; number < 5; ++number) {
    wanted.push_back("line " + std::to_string(number));
    write(line(wanted.back()));
    if (number % 2 == 0) {
      look();
      read();
    }
    copy(kLog + ".20250830-11270" + std::to_string(number));
    truncate();
  }
  EXPECT_EQ(collect(), wanted);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

}  // namespace
}  // namespace headgate::collect
