#include "sim/sim_tenants.h"

#include <algorithm>
#include <utility>

namespace headgate::sim {

Result<std::vector<StoredConfiguration>> SimTenantStore::of_tenant(const TenantId& tenant, Deadline) {
  using Answer = Result<std::vector<StoredConfiguration>>;
  return faults_.call<Answer>("tenants.of_tenant", [&]() -> Answer {
    std::vector<StoredConfiguration> rows;
    for (const TenantConfiguration& row : rows_[tenant]) rows.push_back({.configuration = row});
    return rows;
  });
}

std::string complaint_about(std::span<const LogEvent> events) {
  if (events.empty() || events.size() > kLogBatchEventsMax) return "number of events";
  std::size_t bytes = 0;
  for (std::size_t index = 0; index < events.size(); ++index) {
    if (events[index].message.empty()) return "empty message";
    if (events[index].at_ms < 0) return "before 1970";
    if (index > 0 && events[index].at_ms < events[index - 1].at_ms) return "order";
    bytes += events[index].message.size() + kLogEventOverheadBytes;
  }
  if (bytes > kLogBatchBytesMax) return "bytes";
  if (events.back().at_ms - events.front().at_ms > kLogBatchSpanMsMax) return "span";
  return "";
}

Result<RejectedEvents> SimSink::put_events(const LogGroup& group, const LogStream& stream,
                                           std::span<const LogEvent> events, Deadline) {
  return faults_.call<Result<RejectedEvents>>("sink.put_events", [&]() -> Result<RejectedEvents> {
    const auto found = streams_.find({group, stream});
    if (found == streams_.end()) return Error{Fault::NotFound, "log stream: not there"};
    const std::string complaint = complaint_about(events);
    if (!complaint.empty()) return Error{Fault::Invalid, "batch: " + complaint};
    for (const LogEvent& event : events) {
      if (is_poison_ && is_poison_(event.message)) return Error{Fault::Invalid, "an event is poison"};
    }
    if (batches_left_ && *batches_left_ == 0) return Error{Fault::Retry, "throttled"};
    if (batches_left_) --*batches_left_;
    Batch batch;
    const RejectedEvents rejected = std::exchange(rejected_next_, {});
    const std::size_t begin =
        std::max(rejected.too_old_until.value_or(0), rejected.expired_until.value_or(0));
    const std::size_t end = rejected.too_new_from.value_or(events.size());
    for (std::size_t index = begin; index < end; ++index) {
      batch.events.emplace_back(events[index].at_ms, events[index].message);
    }
    found->second.push_back(std::move(batch));
    return rejected;
  });
}

Result<> SimSink::create_group(const LogGroup& group, Deadline) {
  return faults_.call<Result<>>("sink.create_group", [&]() -> Result<> {
    groups_.insert(group);
    return {};
  });
}

Result<> SimSink::create_stream(const LogGroup& group, const LogStream& stream, Deadline) {
  return faults_.call<Result<>>("sink.create_stream", [&]() -> Result<> {
    if (!groups_.contains(group)) return Error{Fault::NotFound, "log group: not there"};
    streams_[{group, stream}];
    return {};
  });
}

Result<std::shared_ptr<LogSink>> SimDestinations::log_sink(const TenantConfiguration& configuration,
                                                           Deadline) {
  using Answer = Result<std::shared_ptr<LogSink>>;
  return faults_.call<Answer>("destinations.log_sink", [&]() -> Answer {
    if (denied_.contains(configuration.tenant)) return Error{Fault::Denied, "AssumeRole: access denied"};
    std::shared_ptr<SimSink>& sink = sinks_[configuration.tenant];
    if (!sink) sink = std::make_shared<SimSink>(faults_, seed_);
    return std::shared_ptr<LogSink>(sink);
  });
}

Result<std::shared_ptr<ObjectStore>> SimDestinations::bucket(const TenantConfiguration& configuration,
                                                             Deadline) {
  using Answer = Result<std::shared_ptr<ObjectStore>>;
  return faults_.call<Answer>("destinations.bucket", [&]() -> Answer {
    std::shared_ptr<SimStore>& bucket = buckets_[configuration.bucket_name];
    if (!bucket) {
      bucket = std::make_shared<SimStore>(faults_, clock_, BucketName(configuration.bucket_name),
                                          copies_ ? &central_ : nullptr);
    }
    return std::shared_ptr<ObjectStore>(bucket);
  });
}

}  // namespace headgate::sim
