// What is parked heals by itself, also when the process that releases it dies at any of its calls, or is
// refused.
#include "process/parked_release.h"

#include <gtest/gtest.h>

#include <map>

#include "sim/delivery_fixture.h"
#include "sim/sim_queue.h"

namespace headgate::process {
namespace {

constexpr int kObjects = 3;

// Objects of a tenant that nobody knew and now does, and of one whose role refused us and does not any more.
class Healing : public sim::DeliveryFixture {
 public:
  explicit Healing(sim::FaultPlan plan) : DeliveryFixture(plan), queue_(faults, clock, plan.seed) {
    add("denied");
    destinations.deny(TenantId("denied"));
    for (const char* tenant : {"late", "denied"}) {
      for (int number = 0; number < kObjects; ++number) {
        const ObjectKey key("cluster-1/" + std::string(tenant) + "/web/web-1/" + std::to_string(number) +
                            ".json");
        central.place(key, "{\"message\":\"" + std::to_string(number) + "\"}\n");
        EXPECT_EQ(process(key), Verdict::Done);
      }
    }
    destinations.allow(TenantId("denied"));
    add("late");
    clock.advance(std::chrono::hours{1});
  }
  // A process that starts, looks twice, and works off the queue; perhaps not to its end.
  void live() {
    try {
      tenants::TenantDirectory directory(clock, tenants, {.rules = {.backend = tenants::Backend::Local}});
      Metrics seen;
      Shared shared(seen);
      ProcessorOptions options{.buckets = {central.bucket()}};
      options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
      options.owner = LeaseOwner("worker-1");
      Processor processor({.clock = clock,
                           .central = central,
                           .ledger = ledger,
                           .tenants = directory,
                           .destinations = destinations,
                           .metrics = seen,
                           .shared = &shared},
                          std::move(options));
      ParkedRelease release({.clock = clock,
                             .random = random_,
                             .ledger = ledger,
                             .central = central,
                             .tenants = directory,
                             .queue = &queue_,
                             .metrics = seen,
                             .shared = shared},
                            {});
      for (int turn = 0; turn < 4; ++turn) {
        (void)release.turn({});
        clock.advance(std::chrono::minutes{1});
        work(processor);
      }
    } catch (const sim::Crash&) {
      clock.advance(std::chrono::minutes{20});  // its leases run out
    }
  }
  bool is_healed() const {
    std::map<std::string, int> delivered;
    for (const auto& [id, row] : ledger.rows()) {
      if (!id.key.view().starts_with("cluster-1/")) continue;
      if (row.entry.state == DeliveryState::Delivered) ++delivered[id.tenant.str()];
      if (row.entry.state == DeliveryState::Parked || row.entry.state == DeliveryState::Pending) return false;
    }
    return delivered["late"] == kObjects && delivered["denied"] == kObjects;
  }
  // Of the message that is there most often.
  std::size_t most_copies() const {
    std::map<std::pair<TenantId, std::string>, std::size_t> copies;
    std::size_t most = 0;
    for (const auto& [tenant, sink] : destinations.sinks()) {
      for (const auto& [stream, batches] : sink->streams()) {
        for (const sim::SimSink::Batch& batch : batches) {
          for (const auto& [at, message] : batch.events) most = std::max(most, ++copies[{tenant, message}]);
        }
      }
    }
    return most;
  }

 private:
  void add(const std::string& tenant) {
    tenants.add({.tenant = TenantId(tenant),
                 .type = DestinationName("cloudwatch"),
                 .enabled = true,
                 .log_group_name = "/logs/" + tenant});
  }
  void work(Processor& processor) {
    const auto received = queue_.receive({}, Deadline::never());
    if (!received.ok()) return;
    for (const ReceivedMessage& message : *received) {
      if (processor.process(message).verdict != Verdict::TryLater)
        (void)queue_.remove(message.receipt, Deadline::never());
    }
  }

  sim::SimQueue queue_;
  sim::SeededRandom random_{1};
};

TEST(ParkedHeals, WhereverTheProcessThatReleasesItDies) {
  std::uint64_t before = 0;
  std::uint64_t calls = 0;
  {
    Healing simulation({});
    before = simulation.faults.calls();
    simulation.live();
    calls = simulation.faults.calls();
    EXPECT_TRUE(simulation.is_healed());
    EXPECT_EQ(simulation.most_copies(), 1U);
  }
  for (std::uint64_t at = before + 1; at <= calls; ++at) {
    for (const bool is_after : {false, true}) {
      Healing simulation({.crash_at = at, .crash_after_effect = is_after});
      int lives = 0;
      // A probe that died with its process is followed by another two hours later.
      for (; lives < 8 && !simulation.is_healed(); ++lives) {
        simulation.live();
        if (lives > 2) simulation.clock.advance(std::chrono::hours{2});
      }
      EXPECT_TRUE(simulation.is_healed()) << at << is_after;
      EXPECT_LE(simulation.most_copies(), 2U) << at << is_after;  // the batch in flight
    }
  }
}

}  // namespace
}  // namespace headgate::process
