// Many log files and few that may be open: the real collector over the simulated disk.
#include "sim/collector_on_disk.h"
#include "sim/gzipped.h"

namespace headgate::collect {
namespace {

class FewOpenFiles : public sim::CollectorOnDisk {
 protected:
  static constexpr int kPodCount = 40;
  static constexpr std::size_t kOpenMax = 10;

  FewOpenFiles() {
    options_.open_files_max = kOpenMax;
    options_.policy.age_max = std::chrono::seconds{1};
  }
  static std::string pod(int number) { return "web-" + std::to_string(number); }
  void say_everywhere(const std::string& text) {
    for (int number = 0; number < kPodCount; ++number) say("ns", pod(number), text);
  }
  double open_files() {
    const std::string text = metrics_.exposition();
    const std::string name = "\nheadgate_collect_open_files ";
    return std::strtod(text.c_str() + text.find(name) + name.size(), nullptr);
  }
  // All messages that come within a minute.
  std::map<std::string, int> collect() {
    std::map<std::string, int> found;
    for (int round = 0; round < 120; ++round) {
      read();
      EXPECT_LE(open_files(), kOpenMax);
      clock_.advance(std::chrono::milliseconds{500});
      for (const std::string& message : sealed_messages()) ++found[message];
    }
    return found;
  }
  using Counts = std::map<std::string, int>;
};

TEST_F(FewOpenFiles, AreEnoughToReadAllOfThemOnce) {
  say_everywhere("one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collect(), (Counts{{"one", kPodCount}}));
  say_everywhere("two");
  EXPECT_EQ(collect(), (Counts{{"two", kPodCount}}));
}

TEST_F(FewOpenFiles, AreKnownAgainByWhatWasSealedOfThem) {
  say_everywhere("one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collect(), (Counts{{"one", kPodCount}}));
  for (int number = 0; number < kPodCount; ++number) {
    const std::string log = log_of("ns", pod(number));
    if (number % 2 == 0) say("ns", pod(number), "before");
    disk_.runtime_rename(log, log + ".20250830-112701");
    say("ns", pod(number), "after");
  }
  EXPECT_EQ(collect(), (Counts{{"before", kPodCount / 2}, {"after", kPodCount}}));
}

TEST_F(FewOpenFiles, OneThatIsRemovedUnreadIsCountedAsDropped) {
  say_everywhere("one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collect(), (Counts{{"one", kPodCount}}));
  for (int number = 0; number < 20; ++number) say("ns", pod(number), "unsealed, so that its file stays open");
  read();
  say("ns", pod(30), "waits for another to be closed");
  read();
  const Counter& dropped = metrics_.counter("headgate_collect_dropped_total", "");
  EXPECT_EQ(dropped.value(), 0U);
  disk_.runtime_remove(log_of("ns", pod(30)));
  collect();
  EXPECT_EQ(dropped.value(), 1U);
}

// All ten are open and unsealed, so that there is no room for one more.
class NoOpenFileLeft : public FewOpenFiles {
 protected:
  NoOpenFileLeft() { options_.policy.age_max = std::chrono::hours{1}; }
  void fill() {
    for (int number = 0; number < static_cast<int>(kOpenMax); ++number) say("ns", pod(number), "unsealed");
    ASSERT_TRUE(open().ok());
    read();
    EXPECT_EQ(dropped_.value(), 0U);
  }
  const std::string log_ = log_of("ns", "web-90");
  Counter& dropped_ = metrics_.counter("headgate_collect_dropped_total", "");
};

TEST_F(NoOpenFileLeft, AFileDeletedBeforeItWasOpenedCountsAsDropped) {
  fill();
  say("ns", "web-90", "never seen");
  disk_.runtime_rename(log_, log_ + ".20250830-112701");
  say("ns", "web-90", "nor this");
  scan(3);
  EXPECT_EQ(dropped_.value(), 0U);
  disk_.runtime_remove(log_ + ".20250830-112701");
  scan(3);
  EXPECT_EQ(dropped_.value(), 1U);
  disk_.runtime_remove(log_);
  scan(3);
  EXPECT_EQ(dropped_.value(), 2U);
}

TEST_F(NoOpenFileLeft, OneThatIsRenamedOrCompressedIsNot) {
  fill();
  say("ns", "web-90", "one");
  scan(1);
  disk_.runtime_rename(log_, log_ + ".20250830-112701");
  scan(3);
  const std::string plain = disk_.runtime_read(log_ + ".20250830-112701");
  disk_.runtime_append(log_ + ".20250830-112701.gz", sim::gzipped(plain));
  disk_.runtime_remove(log_ + ".20250830-112701");
  scan(3);
  EXPECT_EQ(dropped_.value(), 0U);
  stored_messages();  // which makes room
  collect();
  EXPECT_EQ(stored_messages(), std::vector<std::string>{"one"});
}

TEST_F(NoOpenFileLeft, OneThatAnEarlierAgentReadIsNot) {
  say("ns", "web-90", "read");
  ASSERT_TRUE(open().ok());
  read();
  stored_messages();
  fill();
  disk_.runtime_remove(log_);
  scan(5);
  EXPECT_EQ(dropped_.value(), 0U);
}

TEST_F(NoOpenFileLeft, OneThatNobodySaidIsWantedIsCountedElsewhere) {
  kube_.become("web-90", std::nullopt);
  ASSERT_TRUE(open().ok());
  say("ns", "web-90", "wanted?");
  scan(2);
  disk_.runtime_rename(log_, log_ + ".20250830-112701");
  scan(2);
  const Counter& undecided = metrics_.counter("headgate_collect_undecided_files_lost_total", "");
  EXPECT_EQ(undecided.value(), 0U);
  disk_.runtime_remove(log_ + ".20250830-112701");
  scan(3);
  EXPECT_EQ(undecided.value(), 1U);
  EXPECT_EQ(dropped_.value(), 0U);
}

}  // namespace
}  // namespace headgate::collect
