// Files among a container's logs that are not quite what a runtime writes.
#include "sim/tailing.h"

namespace headgate::collect {
namespace {

TEST_F(Tailing, DeliversNothingOfAFileNoneOfWhoseFirstLinesIsACriLine) {
  write("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(collect(), Texts{});
  EXPECT_EQ(counts_.files_foreign, 1U);
  EXPECT_EQ(tail_->unread_bytes(), 0U);
  EXPECT_FALSE(tail_->is_waiting());
  start_agent();
  EXPECT_EQ(collect(), Texts{});
}

TEST_F(Tailing, DeliversNothingOfALongForeignFileWhateverComesAtItsEnd) {
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

TEST_F(Tailing, DeliversNothingOfAForeignFileThatIsGzippedOrHasNoNewline) {
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

}  // namespace
}  // namespace headgate::collect
