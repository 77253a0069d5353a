// Workers that die while they deliver one object, each followed by another: what becomes of that object.
#include <gtest/gtest.h>

#include <set>

#include "sim/delivery_fixture.h"

namespace headgate::process {
namespace {

constexpr int kLines = 6;
constexpr int kLinesOfABatch = 2;
const ObjectKey kKey("cluster-1/tenant-a/web/web-1/x.json");
const DeliveryId kId{.bucket = BucketName("central"),
                     .key = kKey,
                     .tenant = TenantId("tenant-a"),
                     .destination = DestinationName("cloudwatch")};

// Whoever delivers to these accounts dies.
class DeadlyDestinations final : public Destinations {
 public:
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration&, Deadline) override {
    throw sim::Crash{};
  }
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration&, Deadline) override {
    throw sim::Crash{};
  }
};

// A simulation in which the next worker starts when one has died.
class Dying : public sim::DeliveryFixture {
 public:
  explicit Dying(sim::FaultPlan plan) : DeliveryFixture(plan) {
    tenants.add({.tenant = kId.tenant, .type = kId.destination, .enabled = true, .log_group_name = "/logs"});
    std::string text;
    for (int line = 0; line < kLines; ++line) text += "{\"message\":\"" + std::to_string(line) + "\"}\n";
    central.place(kKey, text);
  }

  // One worker, until the object is settled or the worker has died.
  void live() {
    try {
      tenants::TenantDirectory directory(clock, tenants, {.rules = {.backend = tenants::Backend::Local}});
      ProcessorOptions options{.buckets = {central.bucket()}};
      options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
      options.owner = LeaseOwner("worker-1");
      options.log_limits.events_max = kLinesOfABatch;
      Processor processor({.clock = clock,
                           .central = central,
                           .ledger = ledger,
                           .tenants = directory,
                           .destinations = is_deadly ? static_cast<Destinations&>(deadly_) : destinations,
                           .metrics = metrics},
                          std::move(options));
      const ReceivedMessage message{
          .id = "id", .receipt = "r", .body = sns_envelope({.bucket = central.bucket(), .key = kKey}, "m")};
      const Task task = read_task(message, *KeyTemplate::parse(KeyTemplate::kDefault));
      for (int tries = 0; tries < 1'000 && state() == DeliveryState::Pending; ++tries) {
        const bool was_alone = needs_alone_;
        const Outcome outcome =
            processor.process(task, {}, {}, was_alone ? Isolation::Alone : Isolation::Shared);
        needs_alone_ = outcome.needs_alone;
        EXPECT_FALSE(was_alone && needs_alone_) << "it is alone";
        clock.advance(std::chrono::minutes{20});
      }
    } catch (const sim::Crash&) {
      ++deaths;
      needs_alone_ = false;
      clock.advance(std::chrono::minutes{20});
    }
  }
  DeliveryState state() const {
    const auto row = ledger.rows().find(kId);
    return row == ledger.rows().end() ? DeliveryState::Pending : row->second.entry.state;
  }
  std::string reason() const { return ledger.rows().at(kId).entry.reason; }
  std::multiset<std::string> delivered() const {
    std::multiset<std::string> messages;
    for (const auto& [tenant, sink] : destinations.sinks()) {
      for (const auto& [stream, batches] : sink->streams()) {
        for (const sim::SimSink::Batch& batch : batches) {
          for (const auto& [at, message] : batch.events) messages.insert(message);
        }
      }
    }
    return messages;
  }

  std::uint64_t deaths = 0;
  bool is_deadly = false;

 private:
  DeadlyDestinations deadly_;
  bool needs_alone_ = false;
};

void expect_all_lines(const Dying& simulation, std::uint64_t seed) {
  const std::multiset<std::string> delivered = simulation.delivered();
  for (int line = 0; line < kLines; ++line)
    EXPECT_GE(delivered.count(std::to_string(line)), 1U) << "seed " << seed;
}

TEST(Deaths, ThreeInARowParkAnObjectUntilACommandDeliversIt) {
  std::uint64_t parked = 0;
  std::uint64_t delivered_after_deaths = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Dying simulation({.seed = seed, .refuse_one_in = 40, .lose_reply_one_in = 40, .crash_one_in = 12});
    for (int lives = 0; lives < 100 && simulation.state() == DeliveryState::Pending; ++lives)
      simulation.live();
    if (simulation.state() == DeliveryState::Parked) {
      ++parked;
      EXPECT_TRUE(simulation.reason().starts_with(kWorkersDied)) << simulation.reason();
      EXPECT_GE(simulation.deaths, std::uint64_t{kDeathsMax}) << "seed " << seed;
      simulation.faults.calm();
      ASSERT_TRUE(simulation.ledger.unpark(kId, simulation.clock.now(), Deadline::never()).ok());
      simulation.live();
    } else if (simulation.deaths > 0) {
      ++delivered_after_deaths;
    }
    ASSERT_EQ(simulation.state(), DeliveryState::Delivered) << "seed " << seed;
    expect_all_lines(simulation, seed);
  }
  EXPECT_GT(parked, 10U);
  EXPECT_GT(delivered_after_deaths, 10U);
}

TEST(Deaths, FewerThanThreeParkNothingWhateverElseFails) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Dying simulation({.seed = seed, .refuse_one_in = 6, .lose_reply_one_in = 12});
    simulation.live();
    ASSERT_EQ(simulation.state(), DeliveryState::Delivered) << "seed " << seed;
    expect_all_lines(simulation, seed);
  }
}

TEST(Deaths, ADeadlyObjectKillsThreeAndThreeMorePerCommand) {
  Dying simulation({});
  simulation.is_deadly = true;
  for (int lives = 0; lives < 10; ++lives) simulation.live();
  EXPECT_EQ(simulation.state(), DeliveryState::Parked);
  EXPECT_EQ(simulation.deaths, std::uint64_t{kDeathsMax});
  ASSERT_TRUE(simulation.ledger.unpark(kId, simulation.clock.now(), Deadline::never()).ok());
  for (int lives = 0; lives < 10; ++lives) simulation.live();
  EXPECT_EQ(simulation.state(), DeliveryState::Parked);
  EXPECT_EQ(simulation.deaths, 2 * std::uint64_t{kDeathsMax});
}

}  // namespace
}  // namespace headgate::process
