// The invariants of docs/contributing/architecture.md, record by record, over the real agent and processor.
// A failing run prints its plan; SIM_SEED=n runs that seed of the random faults alone, and logs;
// SIM_SEEDS=n runs so many.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "sim/simulation.h"

namespace headgate::sim {
namespace {

using Packing = Simulation::Options::Packing;

// A third each.
Packing packing_of(std::uint64_t seed) {
  return seed % 7 < 3 ? Packing::None : seed % 7 < 5 ? Packing::Some : Packing::All;
}

class PipelineSimulation : public testing::Test {
 protected:
  // Thousands of runs would log thousands of faults; one chosen run tells all.
  PipelineSimulation() {
    log::configure(std::getenv("SIM_SEED") == nullptr ? log::Level::Error : log::Level::Debug,
                   log::Style::Json);
  }
};

void expect_invariants(const Simulation::Options& options, Report& report) {
  Simulation simulation(options);
  report = simulation.run();
  const std::string how = options.faults.how_to_replay();
  EXPECT_EQ(report.lost, "") << how;
  EXPECT_EQ(report.twice, "") << how;
  EXPECT_EQ(report.misdelivered, "") << how;
  EXPECT_EQ(report.changed, "") << how;
  EXPECT_EQ(report.unsettled, "") << how;
}

TEST_F(PipelineSimulation, DeliversEveryLineOnceWhenNothingGoesWrong) {
  std::uint64_t lines_joined = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Report report;
    expect_invariants({.faults = {.seed = seed},
                       .copies_allowed = seed % 2 == 0,
                       .zstd = seed % 3 == 0,
                       .events = seed % 5 < 3,
                       .joining = seed % 4 == 1,
                       .packing = packing_of(seed)},
                      report);
    EXPECT_GT(report.lines, 50U);
    EXPECT_TRUE(report.lines_joined == 0 || seed % 4 == 1);
    lines_joined += report.lines_joined;
    // Without packing too, pods share objects where more of them write than may have a batch of their own.
    EXPECT_TRUE(report.packed_objects > 0 || packing_of(seed) == Packing::None);
    if (HasFailure()) return;
  }
  EXPECT_GT(lines_joined, 20U);
}

TEST_F(PipelineSimulation, LosesNothingWhereverItCrashes) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Packing packing = seed == 1 ? Packing::None : seed == 2 ? Packing::All : Packing::Some;
    const std::uint32_t rounds = seed == 1 ? 25 : 15;
    Report calm;
    expect_invariants({.faults = {.seed = seed},
                       .rounds = rounds,
                       .events = seed == 1,
                       .joining = seed == 3,
                       .packing = packing},
                      calm);
    for (std::uint64_t at = 1; at <= calm.calls; ++at) {
      for (const bool after : {false, true}) {
        Report report;
        expect_invariants({.faults = {.seed = seed, .crash_at = at, .crash_after_effect = after},
                           .rounds = rounds,
                           .events = seed == 1,
                           .joining = seed == 3,
                           .packing = packing},
                          report);
        if (HasFailure()) return;
      }
    }
  }
}

TEST_F(PipelineSimulation, LosesNothingUnderRandomFaults) {
  const char* chosen = std::getenv("SIM_SEED");
  const std::uint64_t first = chosen == nullptr ? 1 : std::strtoull(chosen, nullptr, 10);
  const char* many = std::getenv("SIM_SEEDS");
  const std::uint64_t last = chosen != nullptr ? first
                             : many != nullptr ? std::strtoull(many, nullptr, 10)
                                               : 1500;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    FaultPlan plan{.seed = seed, .refuse_one_in = 5 + seed % 40, .lose_reply_one_in = 10 + seed % 60};
    plan.crash_one_in = seed % 2 == 0 ? 0 : 60 + seed % 200;
    Report report;
    expect_invariants({.faults = plan,
                       .copies_allowed = seed % 4 != 0,
                       .zstd = seed % 3 == 0,
                       .events = seed % 5 < 3,
                       .joining = seed % 4 == 1,
                       .packing = packing_of(seed)},
                      report);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace headgate::sim
