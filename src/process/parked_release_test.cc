// What is parked heals by itself, over fakes in memory.
#include "process/parked_release.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fakes/central_fixture.h"
#include "fakes/memory_queue.h"
#include "fakes/scripted_destinations.h"
#include "local/system_random.h"
#include "tenants/former_tenant.h"

namespace headgate::process {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Parked : public fakes::CentralFixture {
 protected:
  TenantConfiguration row(const std::string& tenant, const std::string& type = "cloudwatch") {
    TenantConfiguration row;
    row.tenant = TenantId(tenant);
    row.type = DestinationName(type);
    row.enabled = true;
    row.log_group_name = "/logs/" + tenant;
    return row;
  }
  void configure(const TenantConfiguration& row) {
    tenants_.place({.configuration = row, .undecodable = ""});
    directory_.forget(row.tenant);
  }
  ObjectKey store(const std::string& tenant, int number) {
    ObjectKey key("cluster/" + tenant + "/web/web-1/" + std::to_string(1000 + number) + ".json");
    const std::string text =
        "{\"message\":\"" + std::to_string(number) + "\",\"timestamp\":\"2025-08-30T11:27:01Z\"}\n";
    EXPECT_TRUE(put_object(central_, key, text, {.mode = PutMode::Replace}, {}).ok());
    return key;
  }
  // Stores and processes so many objects, a second apart.
  void park(const std::string& tenant, int count) {
    for (int number = 0; number < count; ++number) {
      const ObjectCreated created{
          .bucket = central_.bucket(), .key = store(tenant, number), .at = clock_.now()};
      EXPECT_EQ(processor_.process(created).verdict, Verdict::Done);
      clock_.advance(seconds{1});
    }
  }
  // Everything that the queue tells of now.
  int work() {
    clock_.advance(seconds{10});
    int count = 0;
    for (;;) {
      const auto messages = queue_.receive({}, Deadline::never());
      if (!messages.ok() || messages->empty()) return count;
      for (const ReceivedMessage& message : *messages) {
        ++count;
        EXPECT_EQ(processor_.process(message).verdict, Verdict::Done);
        EXPECT_TRUE(queue_.remove(message.receipt, Deadline::never()).ok());
      }
    }
  }
  // Deliveries that were refused when they were tried; by now their destination takes them and a probe is
  // due.
  void park_until_it_takes(const std::string& tenant, int count) {
    configure(row(tenant));
    answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
    park(tenant, count);
    answer_ = {};
    clock_.advance(minutes{31});
  }
  // A turn, and what comes of it. How many messages that was.
  int turn(ParkedRelease& release) {
    (void)release.turn({});
    return work();
  }
  std::size_t count(DeliveryState state) {
    std::size_t count = 0;
    for (const auto& [id, entry] : ledger_.entries())
      count += entry.state == state && id.key.view().starts_with("cluster/") ? 1 : 0;
    return count;
  }
  double gauge(const std::string& name) { return metrics_.gauge(name, "").value(); }
  ParkedRelease::Deps deps() {
    return {.clock = clock_,
            .random = random_,
            .ledger = ledger_,
            .central = central_,
            .tenants = directory_,
            .queue = &queue_,
            .metrics = metrics_,
            .shared = shared_};
  }

  local::SystemRandom random_;
  Result<> answer_;
  fakes::MemoryQueue queue_{clock_};
  fakes::ScriptedDestinations destinations_{[this](const TenantId&, Deadline) { return answer_; }};
  Shared shared_{metrics_};
  Processor processor_{{.clock = clock_,
                        .central = central_,
                        .ledger = ledger_,
                        .tenants = directory_,
                        .destinations = destinations_,
                        .metrics = metrics_,
                        .shared = &shared_},
                       {.buckets = {BucketName("central")},
                        .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                        .owner = LeaseOwner("worker")}};
};

TEST_F(Parked, ADeliveryThatKilledWorkersIsReleasedByCommandOnly) {
  configure(row("a"));
  answer_ = Error{Fault::Denied, "role denied"};
  park("a", 3);
  const DeliveryId poison{.bucket = central_.bucket(),
                          .key = store("a", 100),
                          .tenant = TenantId("a"),
                          .destination = DestinationName("cloudwatch")};
  for (std::uint32_t death = 0; death < kDeathsMax; ++death) {
    ASSERT_TRUE(
        ledger_
            .claim(poison, LeaseOwner("worker"), clock_.now(), clock_.now() + seconds{1}, Deadline::never())
            ->is_ours);
  }
  EXPECT_EQ(processor_.process(ObjectCreated{.bucket = poison.bucket, .key = poison.key, .at = clock_.now()})
                .verdict,
            Verdict::Done);
  ASSERT_EQ(count(DeliveryState::Parked), 4U);
  answer_ = {};
  ParkedRelease release(deps(), {});
  for (int hour = 0; hour < 100; ++hour) {
    (void)turn(release);
    clock_.advance(hours{1});
  }
  EXPECT_EQ(count(DeliveryState::Delivered), 3U);
  EXPECT_EQ(ledger_.entries().at(poison).state, DeliveryState::Parked);
  EXPECT_EQ(ledger_.entries().at(poison).releases, 0U);
  EXPECT_EQ(gauge("headgate_parked_deliveries"), 1) << "somebody is told of it";

  ASSERT_TRUE(ledger_.unpark(poison, clock_.now(), Deadline::never()).ok());
  EXPECT_EQ(processor_.process(ObjectCreated{.bucket = poison.bucket, .key = poison.key, .at = clock_.now()})
                .tally.delivered,
            1U);
}

TEST_F(Parked, IsReleasedWhenItsTenantIsConfiguredWithoutACommand) {
  park("late", 30);
  ParkedRelease release(deps(), {});
  EXPECT_EQ(turn(release), 0);
  EXPECT_EQ(gauge("headgate_parked_deliveries"), 30);
  EXPECT_GE(gauge("headgate_parked_oldest_age_seconds"), 30);
  configure(row("late"));
  clock_.advance(minutes{1});
  EXPECT_EQ(turn(release), 30);
  EXPECT_EQ(count(DeliveryState::Parked), 0U);
  EXPECT_EQ(destinations_.messages_of("late").size(), 30U);
  clock_.advance(minutes{1});
  EXPECT_EQ(turn(release), 0);
  EXPECT_EQ(gauge("headgate_parked_deliveries"), 0);
  EXPECT_EQ(gauge("headgate_parked_oldest_age_seconds"), 0);
}

TEST_F(Parked, IsNeverReleasedToAnotherCustomerWithTheSameId) {
  park("again", 3);  // unknown
  configure(row("again"));
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  for (int number = 3; number < 6; ++number) {
    const ObjectCreated created{
        .bucket = central_.bucket(), .key = store("again", number), .at = clock_.now()};
    EXPECT_EQ(processor_.process(created).verdict, Verdict::Done);
  }
  EXPECT_EQ(count(DeliveryState::Parked), 6U);
  clock_.advance(hours{1});
  tenants_.place({.configuration = tenants::left_row(TenantId("again"), clock_.now()), .undecodable = ""});
  clock_.advance(hours{1});
  // What was announced late, and is parked only now.
  const ObjectCreated late{
      .bucket = central_.bucket(), .key = store("again", 6), .at = clock_.now() - minutes{90}};
  TenantConfiguration next = row("again");
  next.created_at = to_rfc3339(clock_.now());
  configure(next);
  EXPECT_EQ(processor_.process(late).tally.parked, 1U);
  answer_ = {};
  ParkedRelease release(deps(), {});
  for (int day = 0; day < 3; ++day) {
    EXPECT_EQ(turn(release), 0);
    clock_.advance(hours{25});
  }
  EXPECT_TRUE(destinations_.messages_of("again").empty());
  EXPECT_EQ(count(DeliveryState::Parked), 7U);
}

TEST_F(Parked, IsReleasedWhenItsConfigurationIsFixed) {
  TenantConfiguration broken = row("a");
  broken.log_group_name = "";
  configure(broken);
  park("a", 3);
  ParkedRelease release(deps(), {});
  EXPECT_EQ(turn(release), 0);
  configure(row("a"));
  clock_.advance(minutes{1});
  EXPECT_EQ(turn(release), 3);
  EXPECT_EQ(count(DeliveryState::Delivered), 3U);
}

TEST_F(Parked, ProbesARefusalAfterHalfAnHourTwoHoursThenDaily) {
  configure(row("a"));
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  park("a", 5);
  const Timestamp parked_at = clock_.now();
  std::vector<std::int64_t> probes;  // minutes after it was parked
  ParkedRelease release(deps(), {});
  while (clock_.now() - parked_at < hours{24 * 3 + 12}) {
    if (turn(release) > 0) probes.push_back((clock_.now() - parked_at) / minutes{1});
    clock_.advance(minutes{5});
  }
  ASSERT_EQ(probes.size(), 5U);
  EXPECT_NEAR(static_cast<double>(probes[0]), 30, 6);
  EXPECT_NEAR(static_cast<double>(probes[1] - probes[0]), 2 * 60, 6);
  for (std::size_t index = 2; index < probes.size(); ++index)
    EXPECT_NEAR(static_cast<double>(probes[index] - probes[index - 1]), 24 * 60, 6);
  EXPECT_EQ(count(DeliveryState::Parked), 5U);
}

TEST_F(Parked, TheOthersFollowAProbeThatIsTakenInOrderAndPaced) {
  park_until_it_takes("a", 40);
  ParkedRelease release(deps(), {});
  std::vector<int> rounds;
  for (int round = 0; round < 20; ++round) rounds.push_back(turn(release));
  EXPECT_EQ((std::vector<int>{rounds.begin(), rounds.begin() + 5}), (std::vector<int>{1, 2, 4, 8, 16}));
  EXPECT_EQ(count(DeliveryState::Delivered), 40U);
  std::vector<std::string> wanted;
  for (int number = 0; number < 40; ++number) wanted.push_back(std::to_string(number));
  EXPECT_EQ(destinations_.messages_of("a"), wanted);
}

TEST_F(Parked, AProbeThatIsStillUnderWayIsTheOnlyOneWhoeverLooks) {
  configure(row("a"));
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  park("a", 5);
  clock_.advance(minutes{31});
  std::size_t messages = 0;
  for (int start = 0; start < 10; ++start) {
    ParkedRelease release(deps(), {});  // that knows nothing of the one before
    (void)release.turn({});
    clock_.advance(minutes{5});
    messages = queue_.size();
  }
  EXPECT_EQ(messages, 1U);
  EXPECT_EQ(count(DeliveryState::Pending), 1U);
}

// One that will never do keeps back none of the others.
TEST_F(Parked, TheNextProbeIsAnotherDelivery) {
  configure(row("a"));
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  park("a", 3);
  ParkedRelease release(deps(), {});
  clock_.advance(minutes{31});
  EXPECT_EQ(turn(release), 1);
  clock_.advance(minutes{121});
  EXPECT_EQ(turn(release), 1);
  std::map<std::string, std::uint32_t> releases;
  const std::vector<Ledger::ParkedDelivery> listed =
      ledger_.parked(TenantId(), 10, Deadline::never()).value();
  for (const Ledger::ParkedDelivery& one : listed) releases[one.id.key.str().substr(20)] = one.entry.releases;
  EXPECT_EQ(releases,
            (std::map<std::string, std::uint32_t>{{"1000.json", 1}, {"1001.json", 1}, {"1002.json", 0}}));
}

TEST_F(Parked, ADamagedObjectIsNotTriedAgainAndAgain) {
  configure(row("a"));
  const ObjectKey key("cluster/a/web/web-1/1000.json.gz");
  ASSERT_TRUE(put_object(central_, key, "no gzip", {.mode = PutMode::Replace}, {}).ok());
  EXPECT_EQ(
      processor_.process(ObjectCreated{.bucket = central_.bucket(), .key = key, .at = clock_.now()}).verdict,
      Verdict::Done);
  EXPECT_EQ(count(DeliveryState::Parked), 1U);
  ParkedRelease release(deps(), {});
  clock_.advance(hours{72});
  EXPECT_EQ(turn(release), 0);
  EXPECT_EQ(count(DeliveryState::Parked), 1U);
}

TEST_F(Parked, ADestinationThatStopsTakingGetsNoMore) {
  park_until_it_takes("a", 40);
  ParkedRelease release(deps(), {});
  EXPECT_EQ(turn(release), 1);
  EXPECT_EQ(turn(release), 2);
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  EXPECT_EQ(turn(release), 4);
  for (int round = 0; round < 5; ++round) {
    clock_.advance(minutes{1});
    EXPECT_EQ(turn(release), 0);
  }
  EXPECT_EQ(count(DeliveryState::Parked), 37U);
}

TEST_F(Parked, WhoseObjectsExpireIsLostAndCountedWithoutACommand) {
  configure(row("a"));
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  park("a", 3);
  park("nobody", 2);
  ParkedRelease release(deps(), {});
  EXPECT_EQ(turn(release), 0);
  for (const auto& [id, entry] : ledger_.entries()) {
    if (id.key.view().ends_with("1002.json")) continue;
    ASSERT_TRUE(central_.remove(id.key, {}).ok());
  }
  clock_.advance(hours{2});
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  (void)turn(release);
  EXPECT_EQ(count(DeliveryState::Lost), 4U);
  EXPECT_EQ(ledger_.list({.state = DeliveryState::Lost, .count_max = 10}, Deadline::never())->size(), 4U);
  EXPECT_EQ(count(DeliveryState::Parked), 1U);
  std::uint64_t lost = 0;
  for (const auto& reading : metrics_.counters("headgate_deliver_objects_total")) {
    for (const auto& [name, value] : reading.labels) lost += value == "lost" ? reading.value : 0;
  }
  EXPECT_EQ(lost, 4U);
}

TEST_F(Parked, StaysParkedWhileItsDestinationIsDisabled) {
  configure(row("a"));
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  park("a", 2);
  answer_ = {};
  TenantConfiguration disabled = row("a");
  disabled.enabled = false;
  configure(disabled);
  ParkedRelease release(deps(), {});
  clock_.advance(hours{3});
  EXPECT_EQ(turn(release), 0);
  EXPECT_EQ(count(DeliveryState::Parked), 2U) << "released, nobody would settle them";
  configure(row("a"));
  clock_.advance(minutes{1});
  EXPECT_EQ(turn(release), 1);
  EXPECT_EQ(turn(release), 1);
  EXPECT_EQ(count(DeliveryState::Delivered), 2U);
}

TEST_F(Parked, ATurnReleasesNoMoreThanItMayAndTheNextGoesOn) {
  for (const char* tenant : {"a", "b", "c"}) park(tenant, 10);
  for (const char* tenant : {"a", "b", "c"}) configure(row(tenant));
  ParkedRelease release(deps(), {.destinations_max = 2, .releases_max = 12, .releases_of_one_max = 8});
  std::set<std::string> delivered_to;
  for (int round = 0; round < 8; ++round) {
    const int released = turn(release);
    EXPECT_LE(released, 12);
    clock_.advance(minutes{1});
  }
  EXPECT_EQ(count(DeliveryState::Parked), 0U);
  for (const char* tenant : {"a", "b", "c"}) EXPECT_EQ(destinations_.messages_of(tenant).size(), 10U);
}

TEST_F(Parked, OfTwoThatLookAtOnceEachDeliveryIsReleasedByOne) {
  park("late", 20);
  configure(row("late"));
  ParkedRelease one(deps(), {});
  ParkedRelease two(deps(), {});
  clock_.advance(minutes{1});
  (void)one.turn({});
  (void)two.turn({});
  (void)work();
  EXPECT_EQ(count(DeliveryState::Parked), 0U);
  EXPECT_EQ(destinations_.messages_of("late").size(), 20U);
}

TEST_F(Parked, WithoutAQueueItIsStillCounted) {
  park("late", 2);
  configure(row("late"));
  ParkedRelease::Deps without = deps();
  without.queue = nullptr;
  ParkedRelease release(without, {});
  EXPECT_EQ(turn(release), 0);
  EXPECT_EQ(gauge("headgate_parked_deliveries"), 2);
}

}  // namespace
}  // namespace headgate::process
