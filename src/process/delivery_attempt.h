// One attempt to deliver one object to one destination: it says what the attempt came to, in the ledger, in
// the metrics, in the log and in the outcome.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "deliver/delivery.h"
#include "ports/clock.h"
#include "process/delivery_meters.h"
#include "process/object_task.h"
#include "process/outcome.h"
#include "process/processor_options.h"
#include "process/settlement.h"
#include "process/shared.h"

namespace headgate::process {

// The attempt calls no destination: object_delivery.h does, and then ends the attempt with exactly one of
// settle(), settle_gone() and refuse(). One thread uses it at a time. The delivery has been claimed in the
// ledger, and each of the three ends the claim. If the ledger does not take that, the outcome is TryLater.
class DeliveryAttempt {
 public:
  // All of it outlives the attempt.
  struct Context {
    Clock& clock;
    Settlement& settlement;
    Shared& shared;
    const ProcessorOptions& options;
  };
  // `claimed` is what the ledger said of `delivery`. The task and the meters outlive the attempt.
  DeliveryAttempt(const Context& context, const ObjectTask& task, const Claimed& claimed,
                  DeliveryMeters::Meters& meters, deliver::Delivery delivery);

  const deliver::Delivery& delivery() const { return delivery_; }
  DeliveryMeters::Meters& meters() const { return meters_; }
  bool is_to_bucket() const { return is_to_bucket_; }  // otherwise to a log group

  // The content that is delivered has this ETag, whatever the object's event said. The ledger keeps it.
  void set_etag(std::string etag) { delivery_.id.etag = std::move(etag); }
  // The object was stored at this time, whatever its event said.
  void set_object_at(Timestamp at) { delivery_.object_at = at; }
  // What the destination has confirmed in this attempt. It is counted when the attempt ends.
  void set_counts(deliver::DeliveryCounts counts) { counts_ = std::move(counts); }

  // The destination was called, or its configuration was judged. Without an error the delivery is delivered,
  // or filtered if the destination wants nothing of the object. With one, verdict_on() decides. What may be
  // tried again is parked once it was tried for ProcessorOptions::try_for. A replay parks nothing.
  Outcome settle(const Result<>& tried);
  // The object is not there any more: it expired, or somebody removed it. The delivery is lost.
  Outcome settle_gone();
  // The destination has not answered lately and is not called for `wait`. This is no try, so the deaths of
  // workers counted so far stay. The delivery is parked if it was tried for too long.
  Outcome refuse(std::chrono::milliseconds wait);

 private:
  Outcome fail(const Error& error);
  void count_confirmed();
  bool is_over() const;

  const Context& context_;
  const ObjectTask& task_;
  DeliveryMeters::Meters& meters_;
  deliver::Delivery delivery_;
  bool is_to_bucket_;
  deliver::DeliveryCounts counts_;
  Timestamp tried_since_;   // the first try, or the last batch that was confirmed
  std::uint32_t releases_;  // how often the delivery was released after it had been parked
  Timestamp parked_since_;  // when it was parked first; zero if it never was
};

}  // namespace headgate::process
