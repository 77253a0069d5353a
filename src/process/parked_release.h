// Looks after what is parked: says how much it is and how old, and releases it by itself. A destination that
// refused is probed with its oldest delivery after half an hour, two hours, then daily; when the probe is
// taken, the others follow in order, two for each that is taken. What waits for a tenant's configuration is
// released once the configuration is there. What is parked for an object that is gone is settled as lost.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "deliver/gate.h"
#include "ports/ledger.h"
#include "process/processor.h"
#include "process/replay.h"

namespace headgate::process {

// One thread. Any number of processes, which know of each other by the ledger alone: a delivery is unparked
// by whoever is first, who comes second leaves that destination to the other, and a probe takes a lease for
// the destination that nobody gives back, so that there is no other before the next is due. When a delivery
// was parked and how often it was released stands in its row: a process that starts goes on where others
// stopped.
class ParkedRelease {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    Ledger& ledger;
    CentralStores central;
    tenants::TenantDirectory& tenants;
    Queue* queue = nullptr;  // none: nothing is released
    Metrics& metrics;
    Shared& shared;  // of the processors
  };
  struct Options {
    std::chrono::milliseconds interval{30'000};  // between two looks; longer when there is much to look at
    std::size_t list_max = 10'000;               // deliveries a look sees, oldest first
    std::size_t destinations_max = 200;          // looked at in a turn; the next turn goes on behind them
    std::size_t releases_max = 1'000;            // in a turn
    std::size_t releases_of_one_max = 200;       // of one destination, in a turn
  };
  ParkedRelease(Deps deps, Options options);

  // Looks if it is time to, and follows up what was delivered since; gives how long to wait before the next
  // turn. Errors are logged and counted.
  std::chrono::nanoseconds turn(const deliver::Limits& limits);
  // How long after it was parked a delivery is tried again that was released so often before.
  static std::chrono::seconds wait_after(std::uint32_t releases);

 private:
  using Parked = std::vector<const Ledger::ParkedDelivery*>;
  // Someone: the object is damaged, and would be so at every try; or was stored for whoever had the tenant
  // id before.
  enum class WaitsFor : std::uint8_t { Destination, Configuration, Someone };
  struct Group {
    TenantId tenant;
    DestinationName destination;
    WaitsFor waits_for = WaitsFor::Destination;
    friend auto operator<=>(const Group&, const Group&) = default;
  };
  void follow_up(const deliver::Limits& limits);
  Result<std::vector<Ledger::ParkedDelivery>> look(const deliver::Limits& limits);
  void act(const std::vector<Ledger::ParkedDelivery>& all, const deliver::Limits& limits);
  Result<std::size_t> due(const Group& group, Parked& parked, const deliver::Limits& limits);
  Result<bool> may_probe(const Group& group, Parked& parked, const deliver::Limits& limits);
  Result<> release(const Parked& parked, std::size_t count, const deliver::Limits& limits);
  Result<> settle_what_is_gone(const Group& group, const Parked& parked, const deliver::Limits& limits);
  Deadline call(const deliver::Limits& limits) const;
  void count_lost(const DeliveryId& id);
  void failed(const Error& error);

  const Deps deps_;
  const Options options_;
  std::optional<ParkedReplay> replay_;
  SteadyTime next_look_ = kLongAgo;
  std::optional<Group> last_;                   // that was looked at in the last turn
  std::map<Group, SteadyTime> gone_looked_at_;  // when a group's objects were looked for
  std::size_t released_ = 0;                    // in this turn
  Gauge& parked_;
  Gauge& oldest_;
  Counter& released_total_;
  Counter& failures_;
};

}  // namespace headgate::process
