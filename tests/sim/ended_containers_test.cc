// What is open when the cluster says that its container has ended.
#include "sim/collector_on_disk.h"
#include "sim/tailing.h"

namespace headgate {
namespace {

using Texts = std::vector<std::string>;

class EndedContainers : public sim::CollectorOnDisk {
 protected:
  EndedContainers() {
    options_.record_wait_max = std::chrono::hours{1'000};
    options_.quiet_min = std::chrono::seconds{5};
    EXPECT_TRUE(open().ok());
  }
  void pass(std::chrono::seconds time) {
    for (; time.count() > 0; time -= std::chrono::seconds{1}) {
      clock_.advance(std::chrono::seconds{1});
      for (int turns = 0; turns < 10; ++turns) ASSERT_TRUE(collector_->turn().ok());
    }
  }
  // Without what sealing for a stop would end.
  Texts given() { return stored_messages(); }
};

TEST_F(EndedContainers, ARecordThatIsOpenEndsWithItsContainer) {
  say("ns", "job-1", "starting");
  say("ns", "job-1", "last words", "stdout P");
  say("ns", "job-1", "last complaints", "stderr P");
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{"starting"});
  kube_.end_runs("job-1", 1);
  pass(std::chrono::seconds{10});
  EXPECT_EQ(given(), (Texts{"last words", "last complaints"}));
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{});
  ASSERT_TRUE(open().ok());  // and not again by the next agent
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{});
}

TEST_F(EndedContainers, SoDoesALineWithoutItsNewline) {
  say("ns", "job-1", "starting");
  disk_.runtime_append(log_of("ns", "job-1"), to_rfc3339(clock_.now()) + " stderr F cut in the mid");
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{"starting"});
  kube_.end_runs("job-1", 1);
  pass(std::chrono::seconds{10});
  EXPECT_EQ(given(), Texts{"cut in the mid"});
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{});
}

TEST_F(EndedContainers, WhatHadEndedBeforeTheAgentCameIsKnownToo) {
  kube_.end_runs("job-1", 1);
  say("ns", "job-1", "last words", "stdout P");
  pass(std::chrono::seconds{15});
  EXPECT_EQ(given(), Texts{"last words"});
}

TEST_F(EndedContainers, OnlyTheRunThatEndedIsOver) {
  say("ns", "web-1", "open", "stdout P");
  pass(std::chrono::seconds{5});
  kube_.end_runs("web-1", 0);
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{});
  say("ns", "web-1", " and closed");
  pass(std::chrono::seconds{15});
  EXPECT_EQ(given(), Texts{"open and closed"});
}

TEST_F(EndedContainers, ARunThatEndedIsOverAlsoWhileTheNextOneSaysNothing) {
  say("ns", "web-1", "last words", "stdout P");
  pass(std::chrono::seconds{5});
  disk_.runtime_append(std::string(kPods) + "/ns_web-1_uid/main/1.log", "");
  kube_.end_runs("web-1", 1);
  pass(std::chrono::seconds{15});
  EXPECT_EQ(given(), Texts{"last words"});
  disk_.runtime_append(std::string(kPods) + "/ns_web-1_uid/main/1.log",
                       to_rfc3339(clock_.now()) + " stdout P of the next\n");
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{});
  kube_.end_runs("web-1", 2);
  pass(std::chrono::seconds{15});
  EXPECT_EQ(given(), Texts{"of the next"});
}

// The cluster may be wrong, or late, or know of a run before the runtime has written all of it.
TEST_F(EndedContainers, WhatIsWrittenAfterItsEndIsCollectedAllTheSame) {
  say("ns", "job-1", "one");
  kube_.end_runs("job-1", 1);
  pass(std::chrono::seconds{30});
  EXPECT_EQ(given(), Texts{"one"});
  say("ns", "job-1", "two");
  pass(std::chrono::seconds{30});
  EXPECT_EQ(given(), Texts{"two"});
  kube_.end_runs("job-1", 0);  // it lives after all
  say("ns", "job-1", "three", "stdout P");
  pass(std::chrono::seconds{60});
  EXPECT_EQ(given(), Texts{});
  say("ns", "job-1", " is whole");
  pass(std::chrono::seconds{15});
  EXPECT_EQ(given(), Texts{"three is whole"});
}

TEST_F(EndedContainers, ItsFilesAreNotHeldOpen) {
  say("ns", "job-1", "one");
  pass(std::chrono::seconds{5});
  EXPECT_EQ(given(), Texts{"one"});
  pass(std::chrono::seconds{5});
  EXPECT_EQ(metric("headgate_collect_open_files"), 1);
  kube_.end_runs("job-1", 1);
  pass(std::chrono::seconds{30});
  EXPECT_EQ(metric("headgate_collect_open_files"), 0);
}

}  // namespace
}  // namespace headgate
