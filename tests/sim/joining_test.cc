// Lines that belong together become one record, and are never lost or doubled for it: the real collector over
// the simulated disk.
#include "sim/collector_on_disk.h"

namespace headgate::collect {
namespace {

using Texts = std::vector<std::string>;

class Joining : public sim::CollectorOnDisk {
 protected:
  Joining() {
    kube_.labels["headgate.io/multiline"] = "plus";
    options_.multiline_patterns = {{"plus", {"^\\+"}}};
    options_.multiline.age_max = std::chrono::seconds{10};
    EXPECT_TRUE(open().ok());
  }
  void say(std::string_view text, std::string_view tag = "stdout F") {
    CollectorOnDisk::say("ns", "web-1", text, tag);
  }
  // Time passes until every batch is sealed for its age; what is held is not.
  Texts collect() {
    read();
    clock_.advance(options_.policy.age_max);
    EXPECT_TRUE(collector_->turn().ok());
    return sealed_messages();
  }
};

TEST_F(Joining, MakesOneRecordOfLinesThatBelongTogether) {
  say("+one");
  say("two");
  say("+three");
  say("+err", "stderr F");
  say("four");
  say("more err", "stderr F");
  say("+five");
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  EXPECT_EQ(sealed_messages(), (Texts{"+one\ntwo", "+three\nfour", "+five", "+err\nmore err"}));
}

TEST_F(Joining, GivesWhatIsHeldOnlyOnceItIsOldEnough) {
  options_.policy.age_max = std::chrono::seconds{1};
  ASSERT_TRUE(open().ok());
  say("alone");
  say("+one");
  EXPECT_EQ(collect(), Texts{"alone"});
  say("two");
  read();
  clock_.advance(std::chrono::seconds{8});
  EXPECT_EQ(collect(), Texts{});  // given to a batch by now
  EXPECT_EQ(collect(), Texts{"+one\ntwo"});
  say("three");
  EXPECT_EQ(collect(), Texts{"three"});
}

TEST_F(Joining, ReadsWhatWasHeldAgainAfterACrash) {
  options_.policy.age_max = std::chrono::seconds{1};
  ASSERT_TRUE(open().ok());
  say("alone");
  say("+one");
  say("err", "stderr F");
  say("two");
  EXPECT_EQ(collect(), (Texts{"alone", "err"}));
  ASSERT_TRUE(open().ok());  // nothing was said to it before
  (void)collector_->take_sealed();
  say("three");
  say("+four");
  EXPECT_EQ(collect(), Texts{"+one\ntwo\nthree"});
}

TEST_F(Joining, GoesOnFromFileToFile) {
  const std::string log = log_of("ns", "web-1");
  say("+one");
  say("tw", "stdout P");
  read();
  disk_.runtime_rename(log, log + ".20250830-112701");
  say("o", "stdout F");
  say("three");
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  EXPECT_EQ(sealed_messages(), Texts{"+one\ntwo\nthree"});
}

TEST_F(Joining, KeepsADeletedFileUntilItsPartOfARecordIsSealed) {
  const std::string log = log_of("ns", "web-1");
  options_.policy.age_max = std::chrono::seconds{1};
  ASSERT_TRUE(open().ok());
  say("alone");
  say("+one");
  read();
  disk_.runtime_remove(log);
  EXPECT_EQ(collect(), Texts{"alone"});
  for (int count = 0; count < 6; ++count) {
    read();
    clock_.advance(std::chrono::seconds{3});
  }
  EXPECT_EQ(collect(), Texts{"+one"});
}

TEST_F(Joining, IsBoundedInMemoryOverAllContainers) {
  options_.held_bytes_max = 1000;
  ASSERT_TRUE(open().ok());
  for (int pod = 0; pod < 20; ++pod)
    CollectorOnDisk::say("ns", "web-" + std::to_string(pod), "+" + std::string(199, 'x'));
  read();
  clock_.advance(options_.policy.age_max);
  ASSERT_TRUE(collector_->turn().ok());
  EXPECT_GE(sealed_messages().size(), 15U);
}

TEST_F(Joining, LeavesLinesAsTheyAreWhereThePatternIsUnknown) {
  kube_.labels["headgate.io/multiline"] = "minus";
  ASSERT_TRUE(open().ok());
  say("+one");
  say("two");
  EXPECT_EQ(collect(), (Texts{"+one", "two"}));
}

// It is read as one of standard output: whatever of that began before it ends with it.
TEST_F(Joining, ADamagedLineIsNotDoubledByWhatIsOpenBeforeIt) {
  kube_.labels.clear();
  ASSERT_TRUE(open().ok());
  say("be", "stdout P");
  disk_.runtime_append(log_of("ns", "web-1"), "not a CRI line\n");
  EXPECT_EQ(collect(), (Texts{"be", "not a CRI line"}));
  ASSERT_TRUE(open().ok());
  (void)collector_->take_sealed();
  say("gun");
  EXPECT_EQ(collect(), Texts{"gun"});
}

}  // namespace
}  // namespace headgate::collect
