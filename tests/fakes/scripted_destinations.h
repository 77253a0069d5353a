// Tenants' accounts that do as a test says: take events, refuse, throttle, hang.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "ports/clock.h"
#include "ports/destinations.h"

namespace headgate::fakes {

// Any thread.
class ScriptedDestinations : public Destinations {
 public:
  // Called before a batch is kept, without a lock; what it answers the caller is told. It may wait, until
  // the deadline.
  using Act = std::function<Result<>(const TenantId& tenant, Deadline deadline)>;
  explicit ScriptedDestinations(Act act = {}) : act_(std::move(act)) {}

  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration, Deadline) override {
    return std::shared_ptr<LogSink>(std::make_shared<Sink>(*this, configuration.tenant));
  }
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration&, Deadline) override {
    const MutexLock lock(mutex_);
    if (!bucket_) return Error{Fault::Denied, "bucket: not here"};
    return bucket_;
  }
  // The bucket that all tenants have, shared with the test.
  void place(std::shared_ptr<ObjectStore> bucket) {
    const MutexLock lock(mutex_);
    bucket_ = std::move(bucket);
  }
  // What the next batch is answered. Its first events, as many as are too old, are not kept.
  void reject_next(const RejectedEvents& rejected) {
    const MutexLock lock(mutex_);
    rejected_next_ = rejected;
  }

  // Where a tenant's messages are, and under what time; in the order of messages_of().
  struct Place {
    std::string stream;
    std::int64_t at_ms = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  std::vector<Place> places_of(const std::string& tenant) const {
    const MutexLock lock(mutex_);
    const auto found = placed_.find(TenantId(tenant));
    return found == placed_.end() ? std::vector<Place>() : found->second;
  }
  // Messages of a tenant, in the order they were kept.
  std::vector<std::string> messages_of(const std::string& tenant) const {
    const MutexLock lock(mutex_);
    const auto found = kept_.find(TenantId(tenant));
    return found == kept_.end() ? std::vector<std::string>() : found->second;
  }

 private:
  class Sink : public LogSink {
   public:
    Sink(ScriptedDestinations& destinations, TenantId tenant)
        : destinations_(destinations), tenant_(std::move(tenant)) {}
    Result<RejectedEvents> put_events(const LogGroup&, const LogStream& stream,
                                      std::span<const LogEvent> events, Deadline deadline) override {
      if (destinations_.act_) TRY(destinations_.act_(tenant_, deadline));
      const MutexLock lock(destinations_.mutex_);
      const RejectedEvents rejected = std::exchange(destinations_.rejected_next_, {});
      for (const LogEvent& event : events.subspan(rejected.too_old_until.value_or(0))) {
        destinations_.kept_[tenant_].emplace_back(event.message);
        destinations_.placed_[tenant_].push_back({.stream = stream.str(), .at_ms = event.at_ms});
      }
      return rejected;
    }
    Result<> create_group(const LogGroup&, Deadline) override { return {}; }
    Result<> create_stream(const LogGroup&, const LogStream&, Deadline) override { return {}; }

   private:
    ScriptedDestinations& destinations_;
    const TenantId tenant_;
  };

  const Act act_;
  mutable Mutex mutex_;
  std::shared_ptr<ObjectStore> bucket_ GUARDED_BY(mutex_);
  RejectedEvents rejected_next_ GUARDED_BY(mutex_);
  std::map<TenantId, std::vector<std::string>> kept_ GUARDED_BY(mutex_);
  std::map<TenantId, std::vector<Place>> placed_ GUARDED_BY(mutex_);
};

}  // namespace headgate::fakes
