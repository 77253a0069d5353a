#include "process/delivery_meters.h"

#include <vector>

namespace headgate::process {
namespace {

// Fine where nearly all observations lie, so that a quantile between two bounds is not far off.
const std::vector<double> kSeconds = {0.1, 0.25, 0.5, 0.75, 1,   1.5, 2,    3,    4,      5,     6,
                                      8,   10,   12,  15,   20,  25,  30,   35,   40,     50,    60,
                                      75,  90,   120, 180,  300, 600, 1800, 3600, 21'600, 86'400};

}  // namespace

// Of the destinations beyond the bound from the start: so every family is there, with 0, before anything
// happens.
DeliveryMeters::DeliveryMeters(Metrics& metrics, std::size_t named_max)
    : metrics_(metrics), named_max_(named_max), other_(make("other", "other")) {
  for (const char* reason : {"too-old", "expired", "too-new", "invalid"}) (void)quarantined(*other_, reason);
}

DeliveryMeters::Meters& DeliveryMeters::of(const TenantId& tenant, const DestinationName& destination) {
  const MutexLock lock(mutex_);
  const auto found = named_.find({tenant, destination});
  if (found != named_.end()) return *found->second;
  if (named_.size() < named_max_) {
    return *(named_[{tenant, destination}] = make(tenant.str(), destination.str()));
  }
  return *other_;
}

Counter& DeliveryMeters::quarantined(const Meters& of, const std::string& reason) {
  return metrics_.counter("headgate_quarantine_events_total", "Events put into quarantine, by reason",
                          {{"tenant", of.tenant}, {"reason", reason}});
}

std::unique_ptr<DeliveryMeters::Meters> DeliveryMeters::make(const std::string& tenant,
                                                             const std::string& destination) {
  const Labels labels{{"tenant", tenant}, {"destination", destination}};
  const auto counter = [&](std::string_view name, std::string_view help) -> Counter& {
    return metrics_.counter(name, help, labels);
  };
  const auto objects = [&](const char* outcome) -> Counter& {
    Labels with_outcome = labels;
    with_outcome.emplace_back("outcome", outcome);
    return metrics_.counter("headgate_deliver_objects_total", "Objects tried at a destination, by outcome",
                            with_outcome);
  };
  return std::make_unique<Meters>(Meters{
      .tenant = tenant,
      .events = counter("headgate_deliver_events_total", "Events delivered"),
      .bytes = counter("headgate_deliver_bytes_total", "Bytes delivered: of messages, or of objects"),
      .batches = counter("headgate_deliver_batches_total", "Batches or objects delivered"),
      .events_filtered = counter("headgate_deliver_events_filtered_total",
                                 "Records of packed objects that a destination does not want"),
      .events_quarantined =
          counter("headgate_deliver_events_quarantined_total",
                  "Events that a destination did not keep, and that are in quarantine with the reason"),
      .events_restamped = counter("headgate_deliver_events_restamped_total",
                                  "Events delivered with the time their line was written at, because the "
                                  "service does not take their own"),
      .objects_filtered =
          counter("headgate_deliver_filtered_total", "Objects that a destination does not want"),
      .delivered = objects("delivered"),
      .failed = objects("failed"),
      .parked = objects("parked"),
      .refused = objects("refused"),
      .lost = objects("lost"),
      .latency =
          metrics_.histogram("headgate_deliver_latency_seconds",
                             "From an object's creation to its delivery at a destination", kSeconds, labels),
      .lag = metrics_.histogram("headgate_deliver_lag_seconds",
                                "From a line being written to its delivery, a batch's lines by its oldest",
                                kSeconds, labels)});
}

}  // namespace headgate::process
