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

TEST_F(Restarting, WhatMayNotBeLookedAtIsNotGone) {
  ASSERT_TRUE(open().ok());
  const std::string container = log_.substr(0, log_.rfind('/'));
  const std::string pod = container.substr(0, container.rfind('/'));
  say("ns", "other", "other");
  say("ns", "pod", "one");
  EXPECT_EQ(read_and_store(), (Texts{"other", "one"}));
  for (const std::string& directory : {pod, container, log_}) {
    disk_.runtime_set_access(directory, SimDisk::Access::Denied);
    scan(5);
    ASSERT_TRUE(open().ok()) << directory;
    scan(5);
    say("ns", "other", "more");
    EXPECT_EQ(read_and_store(), Texts{"more"}) << directory;
    say("ns", "pod", "two");
    disk_.runtime_set_access(directory, SimDisk::Access::Granted);
    EXPECT_EQ(read_and_store(), Texts{"two"}) << directory;
  }
}

TEST_F(Restarting, ASpoolSurvivesPowerLossIfItsCreatorCrashed) {
  const auto agent_on = [&](SimDisk& disk) {
    return collect::Collector::open(
        {.clock = clock_, .random = random_, .disk = disk, .kube = kube_, .metrics = metrics_}, options_);
  };
  for (std::uint64_t at = 1; at <= 10; ++at) {
    Faults faults({.crash_at = at, .crash_after_effect = true});
    SimDisk disk(faults);
    disk.runtime_append(log_, "2025-08-30T11:27:01.000000001Z stdout F line\n");
    try {
      (void)agent_on(disk);
    } catch (const Crash&) {
    }
    faults.calm();
    {
      const auto agent = agent_on(disk);
      ASSERT_TRUE(agent.ok() && (*agent)->turn().ok() && (*agent)->seal_all().ok());
    }
    disk.lose_power(kData, random_);
    EXPECT_EQ((*agent_on(disk))->take_sealed().size(), 1U) << "crashed at call " << at;
  }
}

TEST_F(Restarting, TheFirstStartSkipsPodsThatAreKnownLater) {
  options_.start_at = collect::Start::End;
  kube_.knows_pods = false;
  say("ns", "pod", "old");
  ASSERT_TRUE(open().ok());
  scan(2);
  say("ns", "pod", "new");
  say("ns", "later", "all of it");
  kube_.knows_pods = true;
  EXPECT_EQ(read_and_store(), (Texts{"all of it", "new"}));
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(read_and_store(), Texts{});
}

TEST_F(Restarting, SkipsNothingSinceTheFirstStartThoughItCrashed) {
  options_.start_at = collect::Start::End;
  say("ns", "pod", "old");
  ASSERT_TRUE(open().ok());
  read();
  say("ns", "pod", "new");
  say("ns", "later", "all of it");
  read();
  ASSERT_TRUE(open().ok());  // nothing was sealed
  EXPECT_EQ(read_and_store(), (Texts{"all of it", "new"}));
}

TEST_F(Restarting, BeginsAsTheFirstStartDidWhateverIsConfiguredLater) {
  say("ns", "pod", "old");
  ASSERT_TRUE(open().ok());
  read();
  options_.start_at = collect::Start::End;
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(read_and_store(), Texts{"old"});
}

TEST_F(Restarting, ReadsNothingBeforeItIsKnownForGoodWhereItBegan) {
  options_.start_at = collect::Start::End;
  disk_.runtime_append(std::string(kPods) + "/ns_gzipped_uid/main/0.log.20250830-112701.gz",
                       gzipped("2025-08-30T11:27:01.000000001Z stdout F gzipped\n"));
  say("ns", "pod", "old");
  say("ns", "other", "old too");
  ASSERT_TRUE(open().ok());
  disk_.runtime_set_access(std::string(kData) + "/checkpoints.next", SimDisk::Access::Denied);
  EXPECT_FALSE(collector_->turn().ok());
  EXPECT_EQ(collector_->buffered_bytes(), 0U);
  disk_.runtime_set_access(std::string(kData) + "/checkpoints.next", SimDisk::Access::Granted);
  clock_.advance(std::chrono::seconds{2});
  EXPECT_EQ(read_and_store(), Texts{});
}

}  // namespace
}  // namespace headgate::sim
