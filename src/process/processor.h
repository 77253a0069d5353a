// Takes one queue message to its end: it finds out whose the objects are that the message names, and has each
// object delivered (object_delivery.h) or parked. A message that cannot be read goes to quarantine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/metrics.h"
#include "deliver/gate.h"
#include "deliver/quarantine.h"
#include "model/notification.h"
#include "model/object_key.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/ledger.h"
#include "ports/queue.h"
#include "process/central_stores.h"
#include "process/object_delivery.h"
#include "process/object_task.h"
#include "process/outcome.h"
#include "process/processor_options.h"
#include "process/settlement.h"
#include "process/shared.h"
#include "process/task.h"
#include "tenants/directory.h"

namespace headgate::process {

// One thread. ProcessorOptions::owner is the name of that thread in the ledger, so two processors never
// deliver the same object at once. The ports may be shared.
class Processor {
 public:
  struct Deps {
    Clock& clock;
    CentralStores central;  // one for each of ProcessorOptions::buckets
    Ledger& ledger;
    tenants::TenantDirectory& tenants;
    Destinations& destinations;
    Metrics& metrics;
    Shared* shared = nullptr;  // null: this processor is alone
  };
  Processor(Deps deps, ProcessorOptions options);

  // Done: the caller removes the message from the queue. TryLater: something is not settled, and the message
  // has to come again; what is settled is not done again. Once `limits` are over, processing stops at the
  // next batch. When an object has several destinations, `on_good` is called, on any thread, for each that
  // has the object, while others may still hang. With Isolation::Shared a delivery that was under way when a
  // worker died is not tried: the outcome then says needs_alone.
  Outcome process(const Task& task, const deliver::Limits& limits = {},
                  const std::function<void()>& on_good = {}, Isolation isolation = Isolation::Alone);
  Outcome process(const ReceivedMessage& message, const deliver::Limits& limits = {},
                  const std::function<void()>& on_good = {}) {
    return process(read_task(message, options_.key_template), limits, on_good);
  }
  // Processes one object that a person or a scan named. outcome.tally says what became of its deliveries.
  // The verdict is Park if the object's key does not fit the key template.
  Outcome process(const ObjectCreated& object, const deliver::Limits& limits = {});

 private:
  Outcome process_one(const ObjectTask& task, const KeyFields& fields);
  Outcome refuse_message(const ReceivedMessage& message, std::string_view reason,
                         const deliver::Limits& limits);
  Outcome park_unknown(const ObjectTask& task, const TenantId& tenant);
  Outcome park_former(const ObjectTask& task, const TenantId& tenant);
  Outcome park_for_all(const ObjectTask& task, const TenantId& tenant, std::string_view reason);
  Counter& acknowledged(std::string_view reason);
  std::optional<std::uint64_t> happened(std::string_view subject);

  Deps deps_;
  const ProcessorOptions options_;
  std::unique_ptr<Shared> own_;  // when none was given
  Shared& shared_;
  Settlement settlement_;
  deliver::Quarantine quarantine_;
  ObjectDelivery objects_;
  Counter& unknown_tenant_;
  Counter& former_tenant_;
};

// The destination in the ledger of objects whose tenant is not known or has no configuration that can be
// used.
inline const DestinationName kAnyDestination{"*"};
// The reason with which an object is parked for all destinations when it must never reach the tenant that has
// the id now.
constexpr const char* kOfFormerTenant = "stored when the tenant id was another customer's";

}  // namespace headgate::process
