// Takes one notification to its end: for each object it names, whose it is, where that tenant wants it, and
// delivery to every destination that does not have it yet. One destination's trouble is its own: the others
// go on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/repeated_log.h"
#include "base/result.h"
#include "deliver/bucket_delivery.h"
#include "deliver/delivery.h"
#include "deliver/event_batcher.h"
#include "deliver/gate.h"
#include "deliver/object_text.h"
#include "deliver/quarantine.h"
#include "model/large_lines.h"
#include "model/notification.h"
#include "model/object_key.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "process/central_objects.h"
#include "process/central_stores.h"
#include "process/delivery_meters.h"
#include "process/outcome.h"
#include "process/recovered.h"
#include "process/route.h"
#include "process/settlement.h"
#include "process/task.h"
#include "tenants/directory.h"
#include "tenants/groups.h"

namespace headgate::process {

struct ProcessorOptions {
  std::set<BucketName> buckets;  // central buckets: objects of others are refused
  KeyTemplate key_template;
  LeaseOwner owner;  // of one thread, the same after a restart: it then takes up its own leases at once
  std::chrono::milliseconds lease{600'000};
  std::chrono::milliseconds timeout{60'000};    // of one call to a destination
  std::chrono::milliseconds read_max{900'000};  // of one object, with all that is delivered of it meanwhile
  // What a message stands for is tried again for so long, from its first try or the last batch that was
  // confirmed on; then it is parked with the reason. How long the message waited before counts for nothing.
  std::chrono::milliseconds try_for{24 * 3'600'000};
  // The destinations of one object are delivered to at the same time, each on a thread of its own (at most
  // kSideBySideMax), so that one that hangs holds no other up. Else one after the other.
  bool is_side_by_side = false;
  deliver::LogLimits log_limits;
  deliver::Decompression decompression = {};
  tenants::Groups groups;
  // The name of a replay: its deliveries have rows of their own in the ledger, so that what was delivered
  // before is delivered again, once. What fails is given back instead of parked: run the replay again.
  std::string replay = {};
  std::set<DestinationName> only = {};  // destinations; empty: all
};

// What the processors of one process share. Any thread.
struct Shared {
  explicit Shared(Metrics& metrics, deliver::Gate::Options gate = {}) : gates(gate), meters(metrics) {}
  deliver::Gates gates;
  DeliveryMeters meters;
  Recovered recovered;
  LargeLines large_lines;  // all that read objects read their large lines by turns
  RepeatedLog said;        // what is logged once an hour
  // Tenants that were asked about once more because the last answer was that nobody knows them, or that their
  // configuration cannot be used: not again for a while, so that they cost no two questions an object.
  RepeatedLog asked_again{1'000, std::chrono::seconds{5}};
};

// One thread: options.owner is that thread's name in the ledger, and what keeps two of them from delivering
// one object at once. The ports are shared.
class Processor {
 public:
  struct Deps {
    Clock& clock;
    CentralStores central;  // one for each of ProcessorOptions::buckets
    Ledger& ledger;
    tenants::TenantDirectory& tenants;
    Destinations& destinations;
    Metrics& metrics;
    Shared* shared = nullptr;  // none: this processor is alone
  };
  Processor(Deps deps, ProcessorOptions options);

  static constexpr std::size_t kSideBySideMax = 8;

  // Done: remove the message. TryLater: something is not settled; what is will not be done again. Within
  // `limits`: when they are over it stops at the next batch. `on_good` is told, on any thread, of each
  // of several destinations of an object that has it, while others may still hang. With Isolation::Shared it
  // does not try a delivery that was under way when a worker died: the outcome then says needs_alone.
  Outcome process(const Task& task, const deliver::Limits& limits = {},
                  const std::function<void()>& on_good = {}, Isolation isolation = Isolation::Alone);
  Outcome process(const ReceivedMessage& message, const deliver::Limits& limits = {},
                  const std::function<void()>& on_good = {}) {
    return process(read_task(message, options_.key_template), limits, on_good);
  }
  // The same for one object, named by hand or found by a scan; outcome.tally says what it came to.
  Outcome process(const ObjectCreated& object, const deliver::Limits& limits = {});

 private:
  struct Job {
    const ObjectCreated& object;
    deliver::Limits limits;
    std::uint32_t tries = 0;  // receives of the message; 0: an event given by hand, which nobody gives up
    const std::function<void()>* on_good = nullptr;
    Isolation isolation = Isolation::Alone;
  };
  struct Try;  // one destination's part in one object
  Outcome process_one(const Job& job, const KeyFields& fields);
  Outcome refuse_message(const ReceivedMessage& message, std::string_view reason,
                         const deliver::Limits& limits);
  Outcome deliver_all(const Job& job, const KeyFields& fields, const tenants::TenantView& tenant);
  DeliveryId id_at(const Job& job, const KeyFields& fields, const DestinationName& destination) const;
  bool is_left_out(const DestinationName& destination) const;
  std::optional<Try> begin(const Job& job, const KeyFields& fields, const TenantConfiguration& configuration,
                           Outcome& outcome);
  Claimed claim(const Job& job, const DeliveryId& id);
  deliver::WantsApplication wanted_of_packed(const TenantConfiguration& configuration,
                                             const KeyFields& fields) const;
  Outcome settle_unwanted(const Job& job, std::vector<Try>& tries);
  using Part = std::function<Outcome()>;
  Outcome run_side_by_side(const Job& job, const std::vector<Part>& parts);
  Outcome deliver_logs(const Job& job, std::span<Try> tries);
  void open_sink(const Job& job, Try& one);
  void open_logs(Try& one, const ObjectInfo& info);
  // What reading the object, for all of its destinations, came to.
  struct Reading {
    Result<> read;
    bool is_gone = false;
  };
  Reading read_object(const Job& job, std::span<Try> tries);
  Error keep_damage(const Job& job, const Error& damage);
  Outcome deliver_to_bucket(const Job& job, Try& one);
  Outcome settle(const Job& job, Try& one, const Result<>& tried);
  void count_confirmed(const Try& one);
  Outcome fail(const Job& job, Try& one, const Error& error);
  Outcome refuse(const Job& job, Try& one, std::chrono::milliseconds wait);
  bool is_over(const Job& job, const Try& one) const;
  Outcome settle_gone(const Job& job, Try& one);
  Outcome park_former(const Job& job, const TenantId& tenant);
  static Outcome outcome_of(const Settlement::Settled& settled);
  Outcome park_unknown(const Job& job, const TenantId& tenant);
  Outcome park_for_all(const Job& job, const TenantId& tenant, std::string_view reason);
  Deadline deadline(const Job& job, std::chrono::milliseconds wait) const;
  Counter& acknowledged(std::string_view reason);
  std::optional<std::uint64_t> happened(std::string_view subject);

  Deps deps_;
  const ProcessorOptions options_;
  std::unique_ptr<Shared> own_;  // when none was given
  Shared& shared_;
  Settlement settlement_;
  deliver::Quarantine quarantine_;
  Counter& unknown_tenant_;
  Counter& former_tenant_;
  Counter& tried_alone_;
  // A central bucket, as what is delivered from it sees it.
  struct Central {
    Central(Clock& clock, ObjectStore& central, const deliver::Decompression& decompression,
            LargeLines& large_lines)
        : store(central), buckets(clock, store, decompression, &large_lines) {}
    CentralObjects store;
    deliver::BucketDelivery buckets;
  };
  Central& central_of(const Job& job);
  std::map<BucketName, Central> central_;
};

// The destination in the ledger of objects whose tenant is not known or has no configuration that can be
// used.
inline const DestinationName kAnyDestination{"*"};
// Why an object is parked under it that must never reach the tenant of now.
constexpr const char* kOfFormerTenant = "stored when the tenant id was another customer's";

}  // namespace headgate::process
