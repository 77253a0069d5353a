// The end of a record that does not come, and files that lose their name while they are written.
#include "sim/collector_on_disk.h"
#include "sim/tailing.h"

namespace headgate::collect {
namespace {

class Unended : public Tailing {
 protected:
  Unended() { record_wait_max_ = std::chrono::seconds{30}; }
  // Reads for so long.
  void read_for(std::chrono::seconds time) {
    for (const SteadyTime end = now_ + time; now_ < end; now_ += std::chrono::seconds{1}) {
      const Result<ContainerTail::Read> read = tail_->read(buffer_, *batch_, now_);
      ASSERT_TRUE(read.ok()) << read.error().what;
      if (read->must_look) look();
    }
  }
};

TEST_F(Unended, APieceAfterWhichNothingComesIsTheEndOfItsRecord) {
  write(line("starting") + line("last words", "P") + line("other", "F", "stderr"));
  look();
  read_for(std::chrono::seconds{25});
  EXPECT_EQ(sealed(), (Texts{"starting", "other"}));
  EXPECT_LT(tail_->held_until(), now_ + std::chrono::seconds{31});
  read_for(std::chrono::seconds{10});
  EXPECT_EQ(sealed(), Texts{"last words"});
  EXPECT_EQ(tail_->held_until(), SteadyTime::max());
  write(line("more"));
  read_for(std::chrono::seconds{1});
  EXPECT_EQ(sealed(), Texts{"more"});
  start_agent();
  look();
  read_for(std::chrono::seconds{60});
  EXPECT_EQ(sealed(), Texts{});
}

// Of a file that nobody writes any more, however often its directory is listed.
TEST_F(Unended, ARenamedFilesHalfLineIsGivenWhileItIsPolled) {
  const std::string half = line("half");
  write(line("one") + half.substr(0, half.size() - 1));
  look();
  read_for(std::chrono::seconds{2});
  disk_.runtime_rename(kLog, kLog + ".20250830-112701");
  write("");
  for (int second = 0; second < 10; ++second) {
    look();
    read_for(std::chrono::seconds{1});
  }
  EXPECT_EQ(sealed(), (Texts{"one", "half"}));
}

// Half a line is all that a run said: it is not the end of what the run before it left open.
TEST_F(Unended, HalfALineOfALaterRunEndsNothingOfTheOneBefore) {
  const std::string half = line("half");
  write(line("open", "P"));
  write(half.substr(0, half.size() - 1), kContainer + "/1.log");
  look();
  read_for(std::chrono::seconds{2});
  EXPECT_EQ(sealed(), Texts{});
  read_for(std::chrono::seconds{40});
  EXPECT_EQ(sealed(), (Texts{"open", "half"}));
  write(line("later"), kContainer + "/2.log");
  look();
  read_for(std::chrono::seconds{10});
  EXPECT_EQ(sealed(), (Texts{"", "later"}));  // the last, empty part of the half line
}

TEST_F(Unended, NorDoesItWhereSeveralRunsAreFoundAtOnce) {
  const std::string first = line("first half", "F", "stderr");
  const std::string second = line("second half", "F", "stderr");
  write(line("open", "P", "stderr") + line("one"));
  write(first.substr(0, first.size() - 1), kContainer + "/1.log");
  write(second.substr(0, second.size() - 1), kContainer + "/2.log");
  write(line("last"), kContainer + "/3.log");
  look();
  read_for(std::chrono::seconds{20});
  EXPECT_EQ(sealed(), (Texts{"one", "open", "first half", "second half", "last"}));
  start_agent();
  look();
  read_for(std::chrono::seconds{20});
  EXPECT_EQ(sealed(), Texts{});
}

TEST_F(Unended, PiecesThatKeepComingAreOneRecord) {
  for (int count = 0; count < 5; ++count) {
    write(line("piece ", "P"));
    look();
    read_for(std::chrono::seconds{20});
  }
  EXPECT_EQ(sealed(), Texts{});
  write(line("end"));
  read_for(std::chrono::seconds{1});
  EXPECT_EQ(sealed(), Texts{"piece piece piece piece piece end"});
}

TEST_F(Unended, ALineWithoutANewlineIsAPartThatContinues) {
  const std::string whole = line("half and half");
  write(line("one") + whole.substr(0, whole.size() - 10));
  look();
  read_for(std::chrono::seconds{20});
  EXPECT_EQ(sealed(), Texts{"one"});
  look();  // a scan that finds nothing new
  read_for(std::chrono::seconds{20});
  EXPECT_EQ(sealed(), Texts{"half"});
  read_for(std::chrono::seconds{60});
  EXPECT_EQ(sealed(), Texts{});
  start_agent();
  write(whole.substr(whole.size() - 10) + line("two"));
  look();
  read_for(std::chrono::seconds{2});
  EXPECT_EQ(sealed(), (Texts{" and half", "two"}));
}

TEST_F(Unended, AHalfLineThatAnAgentFindsIsGivenToo) {
  const std::string whole = line("half");
  write(line("one"));
  look();
  read_for(std::chrono::seconds{1});
  EXPECT_EQ(sealed(), Texts{"one"});
  tail_.reset();
  write(whole.substr(0, whole.size() - 1));
  start_agent();
  look();
  read_for(std::chrono::seconds{40});
  EXPECT_EQ(sealed(), Texts{"half"});
}

TEST_F(Unended, AnEarlierRestartsHalfLineComesBeforeTheNextOnes) {
  const std::string whole = line("half");
  write(line("one") + whole.substr(0, whole.size() - 1));
  look();
  read_for(std::chrono::seconds{1});
  EXPECT_EQ(sealed(), Texts{"one"});
  tail_.reset();
  write(line("two"), kContainer + "/1.log");
  start_agent();
  look();
  read_for(std::chrono::seconds{10});
  EXPECT_EQ(sealed(), (Texts{"half", "two"}));
}

TEST_F(Unended, ALineThatIsCompletedInTimeIsWhole) {
  const std::string whole = line("half and half");
  write(line("one") + whole.substr(0, whole.size() - 10));
  look();
  read_for(std::chrono::seconds{20});
  write(whole.substr(whole.size() - 10));
  read_for(std::chrono::seconds{20});
  EXPECT_EQ(sealed(), (Texts{"one", "half and half"}));
}

TEST_F(Unended, WhatIsWrittenToAFileThatWasRemovedIsRead) {
  write(line("one"));
  write("", kContainer + "/other");  // the directory stays
  look();
  read_for(std::chrono::seconds{1});
  const std::shared_ptr<void> writer = disk_.runtime_hold(kLog);
  disk_.runtime_remove(kLog);
  look();
  look();
  read_for(std::chrono::seconds{60});
  EXPECT_TRUE(tail_->files().is_polled());
  disk_.runtime_append_held(writer, line("two"));
  read_for(std::chrono::seconds{60});
  EXPECT_EQ(sealed(), (Texts{"one", "two"}));
  disk_.runtime_append_held(writer, line("three"));
  write(line("four"));  // the runtime made it anew
  look();
  read_for(std::chrono::seconds{60});
  EXPECT_EQ(sealed(), (Texts{"three", "four"}));
  EXPECT_EQ(tail_->files().open_files(), 1U);
}

TEST_F(Unended, AFileThatWasRemovedWithItsDirectoryIsOver) {
  write(line("one"));
  look();
  read_for(std::chrono::seconds{1});
  disk_.runtime_remove(kLog);
  tail_->files().see_nothing();
  tail_->files().see_nothing();
  read_for(std::chrono::seconds{60});
  EXPECT_EQ(sealed(), Texts{"one"});
  EXPECT_TRUE(tail_->files().is_done());
}

}  // namespace
}  // namespace headgate::collect

namespace headgate::sim {
namespace {

class DeletedFiles : public CollectorOnDisk {
 protected:
  void rotate_away(const std::string& pod) {
    const std::string log = log_of("ns", pod);
    disk_.runtime_rename(log, log + ".20250830-" + std::to_string(100'000 + ++rotations_));
    if (!last_.empty()) disk_.runtime_remove(last_);
    last_ = log + ".20250830-" + std::to_string(100'000 + rotations_);
    disk_.runtime_append(log, "");
  }
  double value(const char* name) {
    const std::string text = metrics_.exposition();
    const std::size_t at = text.find(std::string("\n") + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + 2 + std::string(name).size()));
  }
  int rotations_ = 0;
  std::string last_;
};

TEST_F(DeletedFiles, TakeNoMoreOfTheDiskThanTheirLimit) {
  options_.spool_bytes_max = 1;  // full from the first batch on
  options_.deleted_bytes_max = 20'000;
  options_.policy.bytes_max = 1;
  ASSERT_TRUE(open().ok());
  say("ns", "pod", "first");
  read();
  constexpr int kGenerations = 30;
  for (int generation = 0; generation < kGenerations; ++generation) {
    for (int count = 0; count < 10; ++count) say("ns", "pod", std::string(200, 'x'));
    clock_.advance(options_.scan_interval);
    ASSERT_TRUE(collector_->turn().ok());  // no event, and not told to look
    rotate_away("pod");
    clock_.advance(options_.scan_interval);
    ASSERT_TRUE(collector_->turn().ok());
    EXPECT_LE(value("headgate_collect_deleted_bytes"), 20'000);
  }
  EXPECT_GT(value("headgate_collect_deleted_bytes"), 10'000);
  const double dropped = value("headgate_collect_dropped_total");
  EXPECT_GT(dropped, 100);
  EXPECT_LT(dropped, 10 * kGenerations);
}

TEST_F(DeletedFiles, AreAllKeptWithinTheirLimit) {
  options_.spool_bytes_max = 1;
  options_.policy.bytes_max = 1;
  SimDisk::Events events(disk_);  // while it is full too directories are not only looked at when it is time
  collector_ = collect::Collector::open({.clock = clock_,
                                         .random = random_,
                                         .disk = disk_,
                                         .kube = kube_,
                                         .metrics = metrics_,
                                         .events = &events},
                                        options_)
                   .value();
  say("ns", "pod", "first");
  read();
  for (int generation = 0; generation < 5; ++generation) {
    say("ns", "pod", "said " + std::to_string(generation));
    clock_.advance(options_.scan_interval);
    ASSERT_TRUE(collector_->turn().ok());
    rotate_away("pod");
    clock_.advance(options_.scan_interval);
    ASSERT_TRUE(collector_->turn().ok());
  }
  std::vector<std::string> messages;
  for (int count = 0; count < 20; ++count) {
    for (std::string& message : stored_messages()) messages.push_back(std::move(message));
    read();
  }
  EXPECT_EQ(messages, (std::vector<std::string>{"first", "said 0", "said 1", "said 2", "said 3", "said 4"}));
  EXPECT_EQ(value("headgate_collect_dropped_total"), 0);
  collector_.reset();  // before its events
}

// The agent leaves in the middle of a record.
TEST_F(DeletedFiles, ARecordThatIsOpenWhenTheAgentLeavesIsGoneOnWith) {
  ASSERT_TRUE(open().ok());
  say("ns", "pod", "the beginning", "stdout P");
  read();
  ASSERT_TRUE(collector_->seal_to_leave().ok());
  EXPECT_EQ(stored_messages(), std::vector<std::string>{"the beginning"});
  ASSERT_TRUE(open().ok());
  say("ns", "pod", " and the end");
  read();
  EXPECT_EQ(stored_messages(), std::vector<std::string>{" and the end"});
}

}  // namespace
}  // namespace headgate::sim
