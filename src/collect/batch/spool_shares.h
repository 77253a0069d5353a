// How much of the spool each tenant uses, so that a tenant whose batches the store refuses, or that writes
// very much, stops only the reading of its own containers.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "base/deadline.h"
#include "base/metrics.h"
#include "base/repeated_log.h"
#include "model/names.h"

namespace headgate::collect {

// The collect thread owns it. Memory: an entry for each tenant that has a batch, and a number for each sealed
// batch.
//
// A tenant may use kTimesTheRoom times what is still free in the spool. So one tenant alone fills at most two
// thirds of the spool, two fill two fifths each, and ten a little under a tenth each. There is always room
// for tenants that use little, and nobody has to know how many tenants there will be.
class SpoolShares {
 public:
  static constexpr std::uint64_t kTimesTheRoom = 2;

  explicit SpoolShares(Metrics& metrics) : metrics_(metrics) {}

  // A sealed batch in the spool, until it is removed or put aside.
  void add_sealed(std::uint64_t sequence, const TenantId& tenant, std::uint64_t bytes);
  void remove_sealed(std::uint64_t sequence);
  // Bytes of a batch that is being filled, on disk and in memory, were `before` and are `now`.
  void change_open(const TenantId& tenant, std::uint64_t before, std::uint64_t now);

  // Whether the tenant's containers have to wait while `room` bytes are free in the spool. Logged once an
  // hour.
  bool is_held_back(const TenantId& tenant, std::uint64_t room, SteadyTime now);
  // The tenant has no sealed batch whose upload would make room.
  bool is_all_open(const TenantId& tenant) const;

  // Sets the metrics: how many tenants wait, and how much each uses. The first kNamedMax tenants have a
  // series each; the rest are counted together as `other`.
  void measure();
  static constexpr std::size_t kNamedMax = 200;

 private:
  struct Use {
    std::uint64_t sealed_bytes = 0;
    std::uint64_t open_bytes = 0;
    std::uint64_t sealed = 0;  // how many
    bool is_held_back = false;
    std::uint64_t bytes() const { return sealed_bytes + open_bytes; }
  };
  struct Gauges {
    Gauge* bytes = nullptr;
    Gauge* held_back = nullptr;
  };
  void forget_if_empty(std::map<TenantId, Use>::iterator tenant);
  Gauges gauges_of(const std::string& name);

  Metrics& metrics_;
  std::map<TenantId, Use> uses_;
  std::map<std::uint64_t, std::pair<TenantId, std::uint64_t>> sealed_;  // sequence -> tenant and bytes
  std::map<TenantId, Gauges> named_;
  Gauges other_;
  RepeatedLog said_;
};

}  // namespace headgate::collect
