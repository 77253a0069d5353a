// Which message is worked on next, so that no tenant's trouble takes the threads of the others. A tenant
// starts with one thread and gets one more for each success; a failure takes it back to one. Tenants that
// have not proved themselves, or failed last, have half of the threads between them, and nobody alone gets
// the last quarter.
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
  // What may start now, of the tenant that has the fewest threads and has waited longest; its thread is
  // taken.
  std::optional<Next> next();
  // One of the destinations of a message that is under way has it, while others may still hang.
  void succeeded(const TenantId& tenant);
  // A thread is free again.
  void done(const TenantId& tenant, Health health);
  // Takes out all that waits.
  std::deque<Next> clear();

  std::size_t waiting() const { return waiting_; }
  std::size_t running() const { return running_; }
  // It failed last and has messages waiting: more of them would only fill the room of others.
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
