// What an agent that starts again knows of what the one before it read: the real collector over the simulated
// disk.
#include "sim/collector_on_disk.h"
#include "sim/gzipped.h"

namespace headgate::sim {
namespace {

using Texts = std::vector<std::string>;

class Restarting : public CollectorOnDisk {
 protected:
  // As kubelet does, and in one step.
  void rotate_and_compress(const std::string& log, int number) {
    const std::string rotated = log + ".20250830-" + std::to_string(100'000 + number);
    disk_.runtime_append(rotated + ".gz", gzipped(disk_.runtime_read(log)));
    disk_.runtime_remove(log);
    disk_.runtime_append(log, "");
  }
  Texts read_and_store() {
    read();
    return stored_messages();
  }
  const std::string log_ = log_of("ns", "pod");
};

TEST_F(Restarting, ReadsNoArchiveAgainHoweverManyAreKept) {
  ASSERT_TRUE(open().ok());
  for (int number = 0; number < 14; ++number) {
    say("ns", "pod", "line " + std::to_string(number));
    EXPECT_EQ(read_and_store(), Texts{"line " + std::to_string(number)});
    rotate_and_compress(log_, number);
    scan(1);
  }
  for (int restart = 0; restart < 3; ++restart) {
    ASSERT_TRUE(open().ok());
    say("ns", "pod", "new " + std::to_string(restart));
    EXPECT_EQ(read_and_store(), Texts{"new " + std::to_string(restart)});
    scan(5);
    say("ns", "pod", "newer");
    EXPECT_EQ(read_and_store(), Texts{"newer"});
  }
}

TEST_F(Restarting, KnowsTheArchivesOfAPodThatWasNotFollowedForLong) {
  ASSERT_TRUE(open().ok());
  for (int number = 0; number < 14; ++number) {
    say("ns", "pod", "line " + std::to_string(number));
    EXPECT_EQ(read_and_store().size(), 1U);
    rotate_and_compress(log_, number);
  }
  kube_.knows_pods = false;
  ASSERT_TRUE(open().ok());
  scan(5);
  kube_.knows_pods = true;
  say("ns", "pod", "new");
  EXPECT_EQ(read_and_store(), Texts{"new"});
}

}  // namespace
}  // namespace headgate::sim
