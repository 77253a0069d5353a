#include "process/delivery_attempt.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "process/failure_log.h"

namespace headgate::process {
namespace {

// Nothing of the object was, or is, for this destination.
bool is_wholly_filtered(const deliver::DeliveryCounts& counts) {
  return counts.filtered > 0 && counts.events + counts.repeated + counts.quarantined == 0;
}

}  // namespace

DeliveryAttempt::DeliveryAttempt(const Context& context, const ObjectTask& task, const Claimed& claimed,
                                 DeliveryMeters::Meters& meters, deliver::Delivery delivery)
    : context_(context),
      task_(task),
      meters_(meters),
      delivery_(std::move(delivery)),
      is_to_bucket_(kind_of(delivery_.configuration.type) == DestinationKind::S3),
      tried_since_(claimed.since),
      releases_(claimed.releases),
      parked_since_(claimed.parked_since) {}

Outcome DeliveryAttempt::settle(const Result<>& tried) {
  if (!tried.ok()) return fail(tried.error());
  const DeliveryId& id = delivery_.id;
  const bool is_filtered = is_wholly_filtered(counts_);
  const Verdict verdict = context_.settlement.settle(
      id, is_filtered ? DeliveryState::Filtered : DeliveryState::Delivered, "", task_.limits.written_by);
  // What a log group confirmed is counted whatever the ledger says: the next try passes over it. What a
  // bucket confirmed is counted when it is settled: until then each try finds the same object there.
  if (!is_to_bucket_ || verdict == Verdict::Done) count_confirmed();
  if (verdict != Verdict::Done) return {.verdict = verdict, .tally = {.later = 1}};
  meters_.events_filtered.add(counts_.filtered);
  if (is_filtered) {
    meters_.objects_filtered.add();
    return {.tally = {.filtered = 1}};
  }
  meters_.delivered.add();
  if (releases_ > 0) context_.shared.recovered.add(id.tenant, id.destination);
  if (task_.object.at > Timestamp{}) {
    const std::chrono::duration<double> latency = context_.clock.now() - task_.object.at;
    meters_.latency.observe(std::max(latency.count(), 0.0));  // clocks differ
  }
  if (counts_.first_at) {
    const std::chrono::duration<double> lag = context_.clock.now() - *counts_.first_at;
    meters_.lag.observe(std::max(lag.count(), 0.0), counts_.events);  // a line may name a time to come
  }
  return {.health = Health::Good, .tally = {.delivered = 1}};
}

void DeliveryAttempt::count_confirmed() {
  meters_.events.add(counts_.events);
  meters_.bytes.add(counts_.bytes);
  meters_.batches.add(counts_.batches);
  meters_.events_quarantined.add(counts_.quarantined);
  meters_.events_restamped.add(counts_.restamped);
  for (const auto& [reason, events] : counts_.quarantined_by) {
    context_.shared.meters.quarantined(meters_, reason).add(events);
  }
}

// Lost, not filtered: nothing is left to deliver, but nobody said that it was not wanted.
Outcome DeliveryAttempt::settle_gone() {
  const DeliveryId& id = delivery_.id;
  const std::string reason =
      parked_since_ > Timestamp{}
          ? "the object is gone; it had been parked since " + to_rfc3339(parked_since_)
          : std::string("the object is gone: it expired, or someone removed it, before it was delivered");
  const Verdict verdict =
      context_.settlement.settle(id, DeliveryState::Lost, reason, task_.limits.written_by);
  if (verdict != Verdict::Done) return {.verdict = verdict, .tally = {.later = 1}};
  meters_.lost.add();
  if (const auto times = context_.shared.said.happened("lost " + id.tenant.str() + ' ' + id.destination.str(),
                                                       context_.clock.steady())) {
    log::error("delivery_lost",
               "A delivery is lost, because its object was deleted before it was delivered. Let the bucket's "
               "lifecycle keep objects for longer, and see `headgate undelivered list --kind=lost`.",
               {{"tenant", id.tenant.view()},
                {"destination", id.destination.view()},
                {"key", id.key.view()},
                {"reason", reason},
                {"times", *times}});
  }
  return {.tally = {.lost = 1}};
}

Outcome DeliveryAttempt::fail(const Error& error) {
  const DeliveryId& id = delivery_.id;
  std::string reason = error.what;
  Verdict verdict = verdict_on(error);
  if (error.fault == Fault::Retry && is_over()) {
    verdict = Verdict::Park;
    reason = "tried for too long, last: " + reason;
  }
  if (!context_.options.replay.empty()) verdict = Verdict::TryLater;
  say_failed(context_.shared.said, context_.clock.steady(), id, verdict, reason);
  count_confirmed();
  if (verdict == Verdict::Park) {
    meters_.parked.add();
    const Verdict settled =
        context_.settlement.settle(id, DeliveryState::Parked, reason, task_.limits.written_by);
    return {.verdict = settled,
            .health = health_of(error),
            .tally = tally_of(settled == Verdict::Done ? DeliveryState::Parked : DeliveryState::Pending)};
  }
  meters_.failed.add();
  if (error.fault == Fault::Stopped) {
    context_.settlement.withdraw(id, task_.limits.written_by);
  } else {
    context_.settlement.release(id, task_.limits.written_by);
  }
  return {.verdict = Verdict::TryLater,
          .not_before = error.retry_after,
          .health = health_of(error),
          .is_interrupted = error.fault == Fault::Stopped,
          .tally = {.later = 1}};
}

Outcome DeliveryAttempt::refuse(std::chrono::milliseconds wait) {
  if (is_over()) return fail({Fault::Retry, "destination: has not answered lately"});
  meters_.refused.add();
  context_.settlement.withdraw(delivery_.id, task_.limits.written_by);
  return {.verdict = Verdict::TryLater, .not_before = wait, .health = Health::Refused, .tally = {.later = 1}};
}

bool DeliveryAttempt::is_over() const {
  constexpr std::uint32_t kTriesMin = 5;  // we may have been away for most of the time
  return task_.tries >= kTriesMin && context_.clock.now() >= tried_since_ + context_.options.try_for;
}

}  // namespace headgate::process
