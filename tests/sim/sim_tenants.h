// Tenants' configurations and their accounts, in memory. An account is a log sink that keeps CloudWatch's
// rules, and a bucket.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ports/destinations.h"
#include "ports/tenant_store.h"
#include "sim/faults.h"
#include "sim/sim_clock.h"
#include "sim/sim_store.h"

namespace headgate::sim {

class SimTenantStore : public TenantStore {
 public:
  explicit SimTenantStore(Faults& faults) : faults_(faults) {}
  // In the place of the tenant's configuration of that type.
  void add(TenantConfiguration configuration) {
    std::vector<TenantConfiguration>& rows = rows_[configuration.tenant];
    std::erase_if(rows, [&](const TenantConfiguration& row) { return row.type == configuration.type; });
    rows.push_back(std::move(configuration));
  }

  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline) override;
  Result<StoredConfiguration> get(const TenantId&, const DestinationName&, Deadline) override {
    return not_simulated();
  }
  Result<ConfigurationPage> list(const std::string&, std::size_t, Deadline) override {
    return not_simulated();
  }
  Result<std::uint64_t> put(const TenantConfiguration&, Deadline) override { return not_simulated(); }
  Result<> remove(const TenantId&, const DestinationName&, Deadline) override { return not_simulated(); }

 private:
  static Error not_simulated() { return Error{Fault::Invalid, "not part of the simulation"}; }
  Faults& faults_;
  std::map<TenantId, std::vector<TenantConfiguration>> rows_;
};

// CloudWatch Logs in one account: stricter than the real one.
class SimSink : public LogSink {
 public:
  struct Batch {
    std::vector<std::pair<std::int64_t, std::string>> events;
  };
  SimSink(Faults& faults, std::uint64_t seed) : faults_(faults), random_(seed) {}

  std::optional<LogTimes> times() const override { return kLogTimes; }
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline deadline) override;
  Result<> create_group(const LogGroup& group, Deadline deadline) override;
  Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) override;

  // What the next batch is answered; its rejected events are not kept.
  void reject_next(const RejectedEvents& rejected) { rejected_next_ = rejected; }

  // Events whose presence makes all of a call invalid, for no reason that our limits know.
  void refuse(std::function<bool(std::string_view message)> is_poison) { is_poison_ = std::move(is_poison); }

  // Batches that it takes from now on; further ones are throttled.
  void take_only(std::uint64_t batches) { batches_left_ = batches; }

  using Streams = std::map<std::pair<LogGroup, LogStream>, std::vector<Batch>>;
  const Streams& streams() const { return streams_; }

 private:
  Faults& faults_;
  SeededRandom random_;
  RejectedEvents rejected_next_;
  std::function<bool(std::string_view)> is_poison_;
  std::optional<std::uint64_t> batches_left_;  // empty: all
  std::set<LogGroup> groups_;
  Streams streams_;
};

// What is wrong with a batch by PutLogEvents' rules, or empty.
std::string complaint_about(std::span<const LogEvent> events);

class SimDestinations : public Destinations {
 public:
  SimDestinations(Faults& faults, SimClock& clock, const SimStore& central, std::uint64_t seed)
      : faults_(faults), clock_(clock), central_(central), seed_(seed) {}

  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                            Deadline deadline) override;
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                              Deadline deadline) override;

  // That tenant's role refuses us.
  void deny(const TenantId& tenant) { denied_.insert(tenant); }
  void allow(const TenantId& tenant) { denied_.erase(tenant); }
  // What that tenant's log groups have got.
  void forget(const TenantId& tenant) { sinks_.erase(tenant); }
  // Server-side copies are not possible.
  void forbid_copies() { copies_ = false; }

  const std::map<TenantId, std::shared_ptr<SimSink>>& sinks() const { return sinks_; }
  const std::map<std::string, std::shared_ptr<SimStore>>& buckets() const { return buckets_; }

 private:
  Faults& faults_;
  SimClock& clock_;
  const SimStore& central_;
  const std::uint64_t seed_;
  bool copies_ = true;
  std::set<TenantId> denied_;
  std::map<TenantId, std::shared_ptr<SimSink>> sinks_;
  std::map<std::string, std::shared_ptr<SimStore>> buckets_;
};

}  // namespace headgate::sim
