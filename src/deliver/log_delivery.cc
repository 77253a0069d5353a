#include "deliver/log_delivery.h"

#include <algorithm>

#include "base/utf8.h"

namespace headgate::deliver {
namespace {

constexpr std::size_t kStreamNameBytesMax = 512;  // API_CreateLogStream

std::string_view placeholder_value(std::string_view name, const KeyFields& fields, const ReadRecord& record) {
  const auto either = [](std::string_view said, std::string_view by_key) {
    return said.empty() ? by_key : said;
  };
  if (name == "cluster_id") return fields.cluster.view();
  if (name == "namespace") return fields.namespace_name.view();
  if (name == "application") return either(record.application, fields.application.view());
  if (name == "pod_name") return either(record.pod_name, fields.pod.view());
  if (name == "container_name") return either(record.container_name, "unknown");
  if (name == "stream") return either(record.stream, "stdout");
  return {};
}

}  // namespace

LogStream stream_of(std::string_view name_template, const KeyFields& fields, const ReadRecord& record) {
  if (name_template.empty()) name_template = "{pod_name}";
  std::string name;
  while (!name_template.empty()) {
    const std::size_t end = name_template.find('}');
    if (name_template[0] == '{' && end != std::string_view::npos) {
      name += placeholder_value(name_template.substr(1, end - 1), fields, record);
      name_template.remove_prefix(end + 1);
    } else {
      name.push_back(name_template[0]);
      name_template.remove_prefix(1);
    }
  }
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ':' || c == '*'; }, '_');
  name.resize(whole_characters(name, kStreamNameBytesMax));
  if (name.empty()) name = "unknown";
  return LogStream(std::move(name));
}

LogDelivery::LogDelivery(World world, std::shared_ptr<LogSink> sink, Delivery delivery, LogLimits limits)
    : world_(world),
      sink_(std::move(sink)),
      delivery_(std::move(delivery)),
      limits_(limits),
      group_(delivery_.configuration.log_group_name) {}

Result<> LogDelivery::add(const ReadRecord& record) {
  const LogStream stream = stream_of(delivery_.configuration.log_stream_name, delivery_.fields, record);
  const Timestamp at = record.at.value_or(record.ingested_at.value_or(delivery_.object_at));
  // The service refuses an empty message, and with it the whole batch: a blank line stays a line.
  std::string_view rest = record.message.empty() ? std::string_view(" ") : record.message;
  const Wanted wanted = is_wanted(record);
  if (wanted == Wanted::No) ++counts_.filtered;
  while (rest.size() > limits_.message_bytes_max) {
    const std::size_t part = whole_characters(rest, limits_.message_bytes_max);
    TRY(add_event(stream, {.at_ms = at.milliseconds(), .message = rest.substr(0, part)}, wanted));
    rest.remove_prefix(part);
  }
  return add_event(stream, {.at_ms = at.milliseconds(), .message = rest}, wanted);
}

// Records of one application stand together: it is rarely another one than the last.
LogDelivery::Wanted LogDelivery::is_wanted(const ReadRecord& record) {
  if (!delivery_.wants) return Wanted::Yes;
  const std::string_view application = record.application.empty() ? kUnknownName : record.application;
  if (!last_application_ || last_application_->view() != application) {
    last_application_ = Application(application);
    last_wanted_ = delivery_.wants(*last_application_) ? Wanted::Yes : Wanted::No;
  }
  return last_wanted_;
}

Result<> LogDelivery::add_event(const LogStream& name, const LogEvent& event, Wanted wanted) {
  if (!streams_.contains(name) && streams_.size() >= kStreamsOpenMax) {
    const auto longest = std::min_element(
        streams_.begin(), streams_.end(),
        [](const auto& left, const auto& right) { return left.second.opened < right.second.opened; });
    TRY(cut(longest->first, longest->second.batcher));
    streams_.erase(longest);
  }
  LogBatcher& batcher = open_stream(name).batcher;
  if (!batcher.fits(event.at_ms, event.message.size())) TRY(cut(name, batcher));
  if (wanted == Wanted::Yes) {
    batcher.add(event.at_ms, event.message);
  } else {
    batcher.pass_over(event.at_ms, event.message.size());
  }
  return {};
}

LogDelivery::OpenStream& LogDelivery::open_stream(const LogStream& name) {
  const auto found = streams_.find(name);
  if (found != streams_.end()) return found->second;
  OpenStream opened{.batcher = LogBatcher(limits_), .opened = streams_opened_++};
  return streams_.emplace(name, std::move(opened)).first->second;
}

Result<> LogDelivery::finish() {
  // By age, so that the numbers of the batches follow from the object alone.
  std::vector<std::pair<std::uint64_t, const LogStream*>> order;
  for (const auto& [name, stream] : streams_) order.emplace_back(stream.opened, &name);
  std::sort(order.begin(), order.end());
  for (const auto& [opened, name] : order) TRY(cut(*name, streams_.at(*name).batcher));
  streams_.clear();
  return {};
}

Result<> LogDelivery::cut(const LogStream& name, LogBatcher& batcher) {
  if (batcher.empty()) return {};
  if (batch_ < delivery_.next_batch) {
    counts_.repeated += batcher.size();
  } else if (batcher.size() > 0) {
    TRY(send(name, batcher));
  }
  ++batch_;
  batcher.clear();
  return {};
}

Result<> LogDelivery::send(const LogStream& name, LogBatcher& batcher) {
  const std::span<const LogEvent> events = batcher.events();
  const RejectedEvents rejected = TRY(put(name, events));
  const std::size_t quarantined = TRY(quarantine_rejected(rejected, events));
  const Timestamp now = world_.clock.now();
  const Result<> advanced =
      world_.ledger.advance(delivery_.id, delivery_.owner, batch_ + 1, now, now + delivery_.lease);
  // Whatever the ledger says, the tenant has nothing to mend: a lost lease too is a reason to come back.
  if (!advanced.ok()) return Error{Fault::Retry, "ledger: " + advanced.error().what};
  ++counts_.batches;
  counts_.quarantined += quarantined;
  counts_.events += events.size() - quarantined;
  for (const LogEvent& event : events) counts_.bytes += event.message.size();
  return {};
}

// Optimistic: groups and streams are there nearly always, and asking first would cost a call a batch.
Result<RejectedEvents> LogDelivery::put(const LogStream& name, std::span<const LogEvent> events) {
  const auto deadline = [&] { return Deadline::after(world_.clock.steady(), delivery_.timeout); };
  Result<RejectedEvents> first = sink_->put_events(group_, name, events, deadline());
  if (first.ok() || first.error().fault != Fault::NotFound) return first;
  const Result<> created = sink_->create_stream(group_, name, deadline());
  if (!created.ok()) {
    if (created.error().fault != Fault::NotFound) return created.error();
    TRY_IN("log group", sink_->create_group(group_, deadline()));
    TRY_IN("log stream", sink_->create_stream(group_, name, deadline()));
  }
  return sink_->put_events(group_, name, events, deadline());
}

// tooNew is inclusive, tooOld and expired exclusive and overlapping: the largest counts, they are never
// added.
Result<std::size_t> LogDelivery::quarantine_rejected(const RejectedEvents& rejected,
                                                     std::span<const LogEvent> events) {
  const std::size_t too_new = std::min(rejected.too_new_from.value_or(events.size()), events.size());
  const std::size_t too_old = std::min(rejected.too_old_until.value_or(0), too_new);
  const std::size_t expired = std::min(rejected.expired_until.value_or(0), too_new);
  const std::size_t old = std::max(too_old, expired);
  if (too_old > 0) {
    TRY(world_.quarantine.put_events(delivery_.id, batch_, "too old", events.first(too_old)));
  }
  if (old > too_old) {
    TRY(world_.quarantine.put_events(delivery_.id, batch_, "expired",
                                     events.subspan(too_old, old - too_old)));
  }
  if (too_new < events.size()) {
    TRY(world_.quarantine.put_events(delivery_.id, batch_, "too new", events.subspan(too_new)));
  }
  return old + (events.size() - too_new);
}

}  // namespace headgate::deliver
