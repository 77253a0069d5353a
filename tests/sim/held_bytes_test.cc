// Records whose rest does not come, in many containers: the real collector over the simulated disk.
#include "sim/collector_on_disk.h"

namespace headgate::collect {
namespace {

class LinesWithoutEnd : public sim::CollectorOnDisk {
 protected:
  static constexpr int kPodCount = 50;
  static constexpr std::size_t kHeldMax = 64U << 10U;
  static constexpr std::size_t kPieceBytes = 8U << 10U;

  LinesWithoutEnd() {
    options_.open_bytes_max = kHeldMax;
    options_.policy.age_max = std::chrono::seconds{1};
  }
  static std::string pod(int number) { return "web-" + std::to_string(number); }
  static std::string piece(int number, int count) {
    const std::string name = pod(number) + ":" + std::to_string(count) + " ";
    return name + std::string(kPieceBytes - name.size(), 'x');
  }
  double held_bytes() {
    clock_.advance(std::chrono::seconds{1});  // so that the next turn measures
    read();
    const std::string text = metrics_.exposition();
    const std::string name = "\nheadgate_collect_held_bytes ";
    return std::strtod(text.c_str() + text.find(name) + name.size(), nullptr);
  }
};

TEST_F(LinesWithoutEnd, TakeNoMoreMemoryThanIsMeantForThemAndLoseNothing) {
  ASSERT_TRUE(open().ok());
  std::map<std::string, std::string> said;
  std::map<std::string, std::string> found;
  const auto collect = [&] {
    for (const Sealed& one : sealed()) {
      for (const sim::SaidLine& line : one.lines) found[one.key] += line.message;
    }
  };
  for (int count = 0; count < 4; ++count) {
    for (int number = 0; number < kPodCount; ++number) {
      say("ns", pod(number), piece(number, count), "stdout P");
      said["c/ns/web/" + pod(number)] += piece(number, count);
    }
    EXPECT_LE(held_bytes(), kHeldMax + 2 * kPieceBytes);
    collect();
  }
  for (int number = 0; number < kPodCount; ++number) say("ns", pod(number), "", "stdout F");
  for (int round = 0; round < 5; ++round) {
    EXPECT_LE(held_bytes(), kHeldMax + 2 * kPieceBytes);
    collect();
  }
  EXPECT_EQ(found, said);
}

}  // namespace
}  // namespace headgate::collect
