// Files among a container's logs that are not quite what a runtime writes.
#include "sim/tailing.h"

namespace headgate::collect {
namespace {

TEST_F(Tailing, DeliversNothingOfAFileThatDoesNotBeginAsCri) {
  write("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(counts_.files_foreign, 1U);
  EXPECT_EQ(tail_->files().unread_bytes(), 0U);
  EXPECT_FALSE(tail_->is_waiting());
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, DeliversNoLongForeignFileWhateverItsEnd) {
  std::string text;
  for (int count = 0; count < 100; ++count) text += "not for you\n";
  write(text);
  EXPECT_EQ(collect(), Texts{});
  write(line("one"));
  EXPECT_EQ(collect(), Texts{});
  write(std::string(10'000, 'x'), kLog + ".20250830-112701");  // no line at all
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(counts_.files_foreign, 2U);
}

TEST_F(Tailing, DeliversNoForeignFileThatIsGzippedOrHasNoNewline) {
  write("secret\n", kLog + ".20250830-112701");
  compress(kLog + ".20250830-112701");
  write("root:x:0:0");
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(counts_.files_foreign, 2U);
  disk_.runtime_rename(kLog, kLog + ".20250830-112801");
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
}

TEST_F(Tailing, DeliversTheOddFirstLinesOfALogOnceItIsKnownForOne) {
  write("out of memory\n");
  EXPECT_EQ(collect(), Texts{});
  write("still\n" + line("one"));
  EXPECT_EQ(collect(), (Texts{"out of memory", "still", "one"}));
  write("and more\n");
  EXPECT_EQ(collect(), Texts{"and more"});
  EXPECT_EQ(counts_.damaged, 3U);
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, JudgesAFileAnewThatWasWrittenAnew) {
  write("not a log\n");
  EXPECT_EQ(collect(), Texts{});
  disk_.runtime_truncate(kLog);
  write(line("one"));
  EXPECT_EQ(collect(), Texts{"one"});
  disk_.runtime_truncate(kLog);
  write("not a log any more\n");
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, TheOddFirstLineOfALogHasTheTimeOfItsFile) {
  write("odd\n" + line("one"));
  disk_.runtime_set_modified(kLog, std::int64_t{1'700'000'000'000'000'000});
  EXPECT_EQ(collect(), (Texts{"odd", "one"}));
  EXPECT_EQ(last_manifest_.first_at, Timestamp{std::int64_t{1'700'000'000'000'000'000}});
}

// What a power loss makes of bytes that were never written to the disk.
TEST_F(Tailing, FindsTheLinesBehindABlockOfNuls) {
  const std::string hole(5000, '\0');  // longer than a read
  write(hole + line("one") + line("two"));
  EXPECT_EQ(collect(), (Texts{"one", "two"}));
  write(hole + line("three") + std::string(3, '\0') + line("four"));
  EXPECT_EQ(collect(), (Texts{"three", "four"}));
  write(line("five") + hole);
  EXPECT_EQ(collect(), Texts{"five"});
  start_agent();
  write(line("six") + hole + "\n" + line("seven"));
  EXPECT_EQ(collect(), (Texts{"six", "seven"}));
  EXPECT_GT(counts_.damaged, 0U);
}

TEST_F(Tailing, FindsTheLineThatWasWrittenBehindOneThatWasCut) {
  const std::string cut = line("this line was cut");
  write(line("one") + cut.substr(0, cut.size() - 5) + std::string(700, '\0') + line("two") + line("three"));
  EXPECT_EQ(collect(), (Texts{"one", "this line was", "two", "three"}));
  start_agent();
  EXPECT_EQ(collect(), Texts{});
  write(cut.substr(0, cut.size() - 5) + std::string(9000, '\0') + line("four"));
  EXPECT_EQ(collect(), (Texts{"this line was", "four"}));
}

TEST_F(Tailing, LeavesNulsThatTheContainerSaidWhereTheyAre) {
  const std::string said("a\0b\0\0c\0", 7);
  write(line(said) + line("two"));
  EXPECT_EQ(collect(), (Texts{said, "two"}));
}

TEST_F(Tailing, ReadsALineAgainFromTheMiddleThatWasFoundBehindNuls) {
  const std::string cut = line("cut");
  write(cut.substr(0, cut.size() - 2) + std::string(20, '\0') + line("open", "P"));
  EXPECT_EQ(collect(), Texts{"cu"});
  start_agent();
  write(line(" and closed"));
  EXPECT_EQ(collect(), Texts{"open and closed"});
}

}  // namespace
}  // namespace headgate::collect
