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
    return metric("headgate_collect_held_bytes");
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

// Of two tenants, one has many records whose ends never come, each shorter than the other's long line.
TEST_F(LinesWithoutEnd, CutNoOtherTenantsLines) {
  ASSERT_TRUE(open().ok());
  std::map<std::string, std::vector<std::string>> found;
  const auto collect = [&] {
    for (const Sealed& one : sealed()) {
      for (const sim::SaidLine& line : one.lines) found[one.key].push_back(line.message);
    }
  };
  std::string long_line;
  for (int count = 0; count < 4; ++count) {
    say("honest", "web-0", piece(0, count), "stdout P");
    long_line += piece(0, count);
    for (int number = 0; number < kPodCount; ++number)
      say("hostile", pod(number), piece(number, count), "stdout P");
    EXPECT_LE(held_bytes(), kHeldMax + 2 * kPieceBytes);
    collect();
  }
  say("honest", "web-0", "", "stdout F");
  held_bytes();
  held_bytes();
  collect();
  EXPECT_EQ(found["c/honest/web/web-0"], std::vector<std::string>{long_line});
  EXPECT_GT(found["c/hostile/web/web-1"].size(), 1U);
}

// The same of records that are joined of several lines.
TEST_F(LinesWithoutEnd, OfJoinedRecordsCutNoOtherTenantsRecords) {
  options_.held_bytes_max = kHeldMax;
  options_.multiline = {.bytes_max = 1U << 20U, .lines_max = 1'000, .age_max = std::chrono::minutes{10}};
  options_.multiline_patterns = {{"plus", {"^\\+"}}};
  kube_.labels["headgate.io/multiline"] = "plus";
  ASSERT_TRUE(open().ok());
  std::vector<std::string> found;
  const auto collect = [&] {
    for (const Sealed& one : sealed()) {
      if (one.key != "c/honest/web/web-0") continue;
      for (const sim::SaidLine& line : one.lines) found.push_back(line.message);
    }
  };
  std::string record;
  for (int count = 0; count < 4; ++count) {
    const std::string text = (count == 0 ? "+" : "") + piece(0, count);
    say("honest", "web-0", text);
    record += (count == 0 ? "" : "\n") + text;
    for (int number = 0; number < kPodCount; ++number)
      say("hostile", pod(number), "+" + piece(number, count));
    EXPECT_LE(held_bytes(), kHeldMax + 4 * kPieceBytes);
    collect();
  }
  say("honest", "web-0", "+next");
  held_bytes();
  held_bytes();
  collect();
  EXPECT_EQ(found, std::vector<std::string>{record});
}

}  // namespace
}  // namespace headgate::collect
