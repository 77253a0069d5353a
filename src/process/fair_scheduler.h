// Decides which message is worked on next, so that a tenant whose deliveries fail does not use the threads of
// the others. A tenant starts with one thread and gets one more for each success. After a failure it has one
// again. Tenants without a success yet, or whose last delivery failed, share half of the threads. No tenant
// alone gets the last quarter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "model/names.h"
#include "process/outcome.h"

namespace headgate::process {

// One thread at a time. Pure bookkeeping: holds the numbers of what waits.
class FairScheduler {
 public:
  explicit FairScheduler(std::size_t threads);

  void add(const TenantId& tenant, std::uint64_t number);
  struct Next {
    TenantId tenant;
    std::uint64_t number = 0;
  };
  // The message that may start now, and whose thread is then in use. It belongs to the tenant with the fewest
  // threads, and of several to the one that was served longest ago.
  std::optional<Next> next();
  // One destination of a running message has received its object, while others may still hang.
  void succeeded(const TenantId& tenant);
  // A message of the tenant has ended, and its thread is free.
  void done(const TenantId& tenant, Health health);
  // Removes and returns all messages that wait.
  std::deque<Next> clear();

  std::size_t waiting() const { return waiting_; }
  std::size_t running() const { return running_; }
  // True if the tenant's last delivery failed and it has messages queued. Taking more would only use the
  // budget of other tenants.
  bool is_held_up(const TenantId& tenant) const;

 private:
  static constexpr std::size_t kTenantsMax = 10'000;  // remembered; beyond it the idle are forgotten
  struct Tenant {
    std::deque<std::uint64_t> waiting;
    std::size_t running = 0;
    std::size_t allowed = 1;
    bool is_proven = false;
    bool has_failed = false;
    std::uint64_t served = 0;  // when last, as a count
  };
  bool may_start(const Tenant& tenant) const;
  void judge(Tenant& tenant, Health health);
  void prove(Tenant& tenant, bool is_proven);
  void forget_idle();

  const std::size_t threads_;
  std::map<TenantId, Tenant> tenants_;
  std::set<TenantId> with_waiting_;  // few, however many tenants are remembered
  std::size_t waiting_ = 0;
  std::size_t running_ = 0;
  std::size_t running_unproven_ = 0;
  std::size_t proven_ = 0;  // tenants
  std::uint64_t served_ = 0;
};

}  // namespace headgate::process
