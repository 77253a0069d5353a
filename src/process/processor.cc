#include "process/processor.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "process/failure_log.h"
#include "process/route.h"

namespace headgate::process {

Processor::Processor(Deps deps, ProcessorOptions options)
    : deps_(deps),
      options_(std::move(options)),
      own_(deps.shared == nullptr ? std::make_unique<Shared>(deps.metrics) : nullptr),
      shared_(own_ ? *own_ : *deps.shared),
      settlement_(deps.clock, deps.ledger, options_.owner, options_.lease, shared_.said),
      quarantine_(deps.central.first(), deps.metrics),
      objects_({.clock = deps.clock,
                .central = deps.central,
                .ledger = deps.ledger,
                .destinations = deps.destinations,
                .metrics = deps.metrics,
                .shared = shared_,
                .settlement = settlement_,
                .quarantine = quarantine_,
                .options = options_}),
      unknown_tenant_(deps.metrics.counter("headgate_deliver_unknown_tenant_total",
                                           "Objects parked because nobody configured their tenant")),
      former_tenant_(deps.metrics.counter(
          "headgate_deliver_former_tenant_total",
          "Objects parked because they were stored when their tenant's id was another customer's")) {
  for (const std::string_view reason : {"disabled", "quarantine", "test-event", "other-event"})
    (void)acknowledged(reason);
}

Outcome Processor::process(const Task& task, const deliver::Limits& limits,
                           const std::function<void()>& on_good, Isolation isolation) {
  const ReceivedMessage& message = task.message;
  if (!task.readable.ok()) return refuse_message(message, task.readable.error().what, limits);
  if (task.is_test_event) acknowledged("test-event").add();
  if (task.other_events > 0) acknowledged("other-event").add();
  Outcome outcome;
  std::vector<std::string> refusals;
  for (const NamedObject& named : task.objects) {
    if (limits.is_over(deps_.clock.steady()))
      return both(outcome, {.verdict = Verdict::TryLater, .is_interrupted = true});
    Route route = route_of(named, options_.buckets);
    if (route.fate == Fate::Acknowledge) {
      acknowledged(route.reason).add();
    } else if (route.fate == Fate::Refuse) {
      refusals.push_back(std::move(route.reason));
    } else {
      const ObjectTask object{.object = named.object,
                              .limits = limits,
                              .tries = message.sent_at > Timestamp{} ? message.receive_count : 0,
                              .on_good = on_good ? &on_good : nullptr,
                              .isolation = isolation};
      outcome = both(outcome, process_one(object, *named.fields));
    }
  }
  if (!refusals.empty())
    outcome = both(outcome, refuse_message(message, reasons_in_words(std::move(refusals)), limits));
  return outcome;
}

// No later try would understand the message, so quarantine keeps it with the reason.
Outcome Processor::refuse_message(const ReceivedMessage& message, std::string_view reason,
                                  const deliver::Limits& limits) {
  log::warn("message_quarantined",
            "A message of the queue is invalid and is moved to quarantine. The field reason says why.",
            {{"message_id", message.id}, {"reason", reason}});
  const Deadline until = limits.writing(deps_.clock.steady(), options_.timeout);
  const bool is_kept = quarantine_.put_message(message.id, message.body, reason, until).ok();
  return {.verdict = is_kept ? Verdict::Done : Verdict::TryLater};
}

Outcome Processor::process(const ObjectCreated& object, const deliver::Limits& limits) {
  const Result<KeyFields> fields = options_.key_template.parse_key(object.key);
  if (!fields.ok()) {
    log::warn("object_key_invalid",
              "An object's key does not fit the key template, so the object cannot be delivered.",
              {{"key", object.key.view()}, {"error", fields.error().what}});
    return {.verdict = Verdict::Park, .tally = {.refused = 1}};
  }
  return process_one({.object = object, .limits = limits}, *fields);
}

Outcome Processor::process_one(const ObjectTask& task, const KeyFields& fields) {
  Result<tenants::TenantView> tenant = deps_.tenants.of(fields.tenant, task.limits.written_by);
  if (tenant.ok() && (!tenant->is_known || !tenant->invalid.empty()) &&
      shared_.asked_again.happened(fields.tenant.view(), deps_.clock.steady())) {
    // A configuration that was fixed a moment ago parks nothing.
    deps_.tenants.forget(fields.tenant);
    tenant = deps_.tenants.of(fields.tenant, task.limits.written_by);
  }
  if (!tenant.ok()) {
    if (const auto times = happened("tenant " + fields.tenant.str())) {
      log::warn("tenant_configuration_not_read",
                "The configuration of a tenant could not be read. Its objects are tried again later.",
                {{"tenant", fields.tenant.view()}, {"error", tenant.error().what}, {"times", *times}});
    }
    return {.verdict = Verdict::TryLater, .tally = {.later = 1}};
  }
  if (!tenant->is_known) return park_unknown(task, fields.tenant);
  if (tenant->objects_since && task.object.at < *tenant->objects_since)
    return park_former(task, fields.tenant);
  if (tenant->active.empty() && tenant->invalid.empty()) {
    acknowledged("disabled").add();
    return {.tally = {.disabled = 1}};
  }
  return objects_.deliver_all(task, fields, *tenant);
}

// How often since it was logged last, if it is to be logged now.
std::optional<std::uint64_t> Processor::happened(std::string_view subject) {
  return shared_.said.happened(subject, deps_.clock.steady());
}

Outcome Processor::park_unknown(const ObjectTask& task, const TenantId& tenant) {
  unknown_tenant_.add();
  constexpr const char* kReason = "unknown tenant";
  if (const auto times = happened(std::string(kReason) + ' ' + tenant.str()))
    say_unconfigured(tenant, task.object.key, *times);
  return park_for_all(task, tenant, kReason);
}

Outcome Processor::park_former(const ObjectTask& task, const TenantId& tenant) {
  former_tenant_.add();
  if (const auto times = happened(std::string(kOfFormerTenant) + ' ' + tenant.str()))
    say_of_former_tenant(tenant, task.object.key, *times);
  return park_for_all(task, tenant, kOfFormerTenant);
}

// One row of the ledger stands for all destinations of the tenant, also for those that are configured later.
Outcome Processor::park_for_all(const ObjectTask& task, const TenantId& tenant, std::string_view reason) {
  const DeliveryId id{
      .bucket = task.object.bucket, .key = task.object.key, .tenant = tenant, .destination = kAnyDestination};
  return outcome_of(settlement_.settle_unclaimed(id, DeliveryState::Parked, reason, task.limits.written_by));
}

// Counts what needs no delivery, by the reason.
Counter& Processor::acknowledged(std::string_view reason) {
  return deps_.metrics.counter("headgate_process_acknowledged_total",
                               "What was acknowledged without a delivery, by reason",
                               {{"reason", std::string(reason)}});
}

}  // namespace headgate::process
