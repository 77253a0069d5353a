// Delivers one object to every destination of its tenant that does not have it yet.
// Tests: src/process/processor_test.cc, src/process/delivery_metrics_test.cc
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "deliver/bucket_delivery.h"
#include "deliver/delivery.h"
#include "deliver/quarantine.h"
#include "model/large_lines.h"
#include "model/object_key.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "process/central_objects.h"
#include "process/central_stores.h"
#include "process/delivery_attempt.h"
#include "process/object_task.h"
#include "process/outcome.h"
#include "process/processor_options.h"
#include "process/settlement.h"
#include "process/shared.h"
#include "tenants/directory.h"

namespace headgate::process {

// One thread. A destination that fails does not keep the object from the others.
class ObjectDelivery {
 public:
  // At most so many destinations of one object are served at the same time.
  static constexpr std::size_t kSideBySideMax = 8;

  // All of it outlives the object.
  struct Deps {
    Clock& clock;
    CentralStores central;  // one for each of ProcessorOptions::buckets
    Ledger& ledger;
    Destinations& destinations;
    Metrics& metrics;
    Shared& shared;
    Settlement& settlement;
    deliver::Quarantine& quarantine;
    const ProcessorOptions& options;
  };
  explicit ObjectDelivery(Deps deps);

  // `fields` are those of the object's key, and `tenant` is the one that they name. The object lies in one of
  // ProcessorOptions::buckets. A destination whose configuration is invalid has its delivery parked.
  // The outcome is TryLater while a destination is not settled; settled ones are not asked again. Once the
  // limits of the task are over, the delivery stops at the next batch.
  Outcome deliver_all(const ObjectTask& task, const KeyFields& fields, const tenants::TenantView& tenant);

 private:
  struct Try;  // an attempt, and what it needs to call its destination
  // The work for one destination, or for several that read the object together. It may run on any thread.
  using Part = std::function<Outcome()>;
  // A central bucket as its deliveries see it.
  struct Central {
    Central(Clock& clock, ObjectStore& central, const deliver::Decompression& decompression,
            LargeLines& large_lines)
        : store(central), buckets(clock, store, decompression, &large_lines) {}
    CentralObjects store;
    deliver::BucketDelivery buckets;
  };
  // How reading the object ended.
  struct Reading {
    Result<> read;
    bool is_gone = false;
  };

  std::optional<Try> begin(const ObjectTask& task, const KeyFields& fields,
                           const TenantConfiguration& configuration, Outcome& outcome);
  DeliveryId id_at(const ObjectTask& task, const KeyFields& fields, const DestinationName& destination) const;
  bool is_left_out(const DestinationName& destination) const;
  Claimed claim(const ObjectTask& task, const DeliveryId& id);
  deliver::WantsApplication wanted_of_packed(const TenantConfiguration& configuration,
                                             const KeyFields& fields) const;
  Outcome settle_unwanted(const ObjectTask& task, std::vector<Try>& tries);
  Outcome run_side_by_side(const ObjectTask& task, const std::vector<Part>& parts);
  Outcome deliver_logs(const ObjectTask& task, std::span<Try> tries);
  void open_sink(const ObjectTask& task, Try& one);
  void open_logs(Try& one, const ObjectInfo& info);
  Reading read_object(const ObjectTask& task, std::span<Try> tries);
  Outcome deliver_to_bucket(const ObjectTask& task, Try& one);
  Error keep_damage(const ObjectTask& task, const Error& damage);
  Deadline deadline(const ObjectTask& task, std::chrono::milliseconds wait) const;
  Central& central_of(const ObjectTask& task);

  const Deps deps_;
  const ProcessorOptions& options_;
  Shared& shared_;
  Settlement& settlement_;
  const DeliveryAttempt::Context context_;
  Counter& tried_alone_;
  std::map<BucketName, Central> central_;
};

}  // namespace headgate::process
