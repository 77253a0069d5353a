// Many log files and few that may be open: the real collector over the simulated disk.
#include "sim/collector_on_disk.h"

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

}  // namespace
}  // namespace headgate::collect
