#include "deliver/log_delivery.h"

#include <algorithm>

#include "base/utf8.h"
#include "deliver/batch_plan.h"
#include "deliver/event_times.h"
#include "deliver/message_parts.h"

namespace headgate::deliver {
namespace {

constexpr std::size_t kStreamNameBytesMax = 512;  // API_CreateLogStream

std::string_view placeholder_value(std::string_view name, const KeyFields& fields, const ReadRecord& record) {
  // Only in a packed object does the record name its application. Elsewhere the object's key does.
  const auto either = [&](std::string_view said, std::string_view by_key) {
    const bool is_by_record = by_key.empty() || (fields.is_packed() && !said.empty());
    return is_by_record ? said : by_key;
  };
  if (name == "cluster_id") return fields.cluster.view();
  if (name == "namespace") return fields.namespace_name.view();
  if (name == "application") return either(record.application, fields.application.view());
  if (name == "pod_name") return either(record.pod_name, fields.pod.view());
  if (name == "container_name") return record.container_name.empty() ? "unknown" : record.container_name;
  if (name == "stream") return record.stream.empty() ? "stdout" : record.stream;
  return {};
}

// Of a call for what was made a moment ago: another of the service's machines may not know it yet, which is
// no reason to park the delivery.
template <typename T>
Result<T> once_made(Result<T> called) {
  if (called.ok() || called.error().fault != Fault::NotFound) return called;
  Error error = std::move(called).error().in("made, and not there yet");
  error.fault = Fault::Retry;
  return error;
}

std::size_t bytes_of(std::span<const LogEvent> events) {
  std::size_t bytes = 0;
  for (const LogEvent& event : events) bytes += event.message.size();
  return bytes;
}

// When the first of its lines was written of which that is known.
std::optional<Timestamp> oldest_of(std::span<const EventBatcher::Event> part) {
  std::optional<std::int64_t> oldest;
  for (const EventBatcher::Event& event : part) {
    if (event.written_ms == EventBatcher::Event::kNotKnown) continue;
    oldest = std::min(event.written_ms, oldest.value_or(event.written_ms));
  }
  if (!oldest) return std::nullopt;
  return Timestamp::from_milliseconds(*oldest);
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

LogDelivery::LogDelivery(Deps deps, std::shared_ptr<LogSink> sink, Delivery delivery, LogLimits limits)
    : deps_(deps),
      sink_(std::move(sink)),
      delivery_(std::move(delivery)),
      limits_(limits),
      plan_(batch_plan(delivery_, limits_)),
      next_batch_(starts_over() ? 0 : delivery_.progress.next_batch),
      group_(delivery_.configuration.log_group_name),
      times_(sink_->times()),
      spare_(limits_),
      confirmed_(next_batch_) {}

Result<> LogDelivery::add(const ReadRecord& record) {
  const LogStream stream = stream_of(delivery_.configuration.log_stream_name, delivery_.fields, record);
  const Timestamp at = record.at.value_or(record.ingested_at.value_or(delivery_.object_at));
  // The service refuses an empty message, and with it the whole batch: a blank line stays a line.
  const std::string_view message = record.message.empty() ? std::string_view(" ") : record.message;
  const Wanted wanted = is_wanted(record);
  if (wanted == Wanted::No) ++counts_.filtered;
  const EventTimes times = event_times(at, record.ingested_at, times_);
  if (message.size() <= limits_.message_bytes_max) return add_event(stream, times, message, wanted);
  MessageParts parts(message, limits_.message_bytes_max);
  while (parts.next(part_)) TRY(add_event(stream, times, part_, wanted));
  return {};
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

Result<> LogDelivery::add_event(const LogStream& name, const EventTimes& times, std::string_view message,
                                Wanted wanted) {
  auto stream = open_stream(name);
  if (!stream->second.batcher.fits(message.size())) {
    TRY(cut(stream));
    stream = open_stream(name);
  }
  if (wanted == Wanted::Yes) {
    stream->second.batcher.add(times, message);
  } else {
    stream->second.batcher.pass_over(times.at_ms, message.size());
  }
  buffered_bytes_ += message.size() + kLogEventOverheadBytes;
  while (buffered_bytes_ > limits_.buffer_bytes_max) TRY(cut(fullest()));
  return {};
}

LogDelivery::Streams::iterator LogDelivery::open_stream(const LogStream& name) {
  const auto found = streams_.find(name);
  if (found != streams_.end()) return found;
  buffered_bytes_ += kStreamBytes;
  OpenStream opened{.batcher = std::exchange(spare_, EventBatcher(limits_)), .opened = streams_opened_++};
  return streams_.emplace(name, std::move(opened)).first;
}

// Of several the one that was opened first. There is one at least.
LogDelivery::Streams::iterator LogDelivery::fullest() {
  return std::max_element(streams_.begin(), streams_.end(), [](const auto& left, const auto& right) {
    const std::size_t left_bytes = left.second.batcher.bytes();
    const std::size_t right_bytes = right.second.batcher.bytes();
    return left_bytes < right_bytes ||
           (left_bytes == right_bytes && left.second.opened > right.second.opened);
  });
}

Result<> LogDelivery::finish() {
  // By age, so that the numbers of the batches follow from the object alone.
  std::vector<std::pair<std::uint64_t, Streams::iterator>> order;
  for (auto stream = streams_.begin(); stream != streams_.end(); ++stream)
    order.emplace_back(stream->second.opened, stream);
  std::sort(order.begin(), order.end(),
            [](const auto& left, const auto& right) { return left.first < right.first; });
  for (const auto& [opened, stream] : order) TRY(cut(stream));
  return {};
}

// Each part of the batch has a number, also those of which nothing is wanted.
Result<> LogDelivery::cut(Streams::iterator stream) {
  EventBatcher& batcher = stream->second.batcher;
  for (const Part part : batcher.parts(usual_times(delivery_.object_at))) {
    const auto passed_over =
        std::count_if(part.begin(), part.end(), [](const auto& event) { return event.is_passed_over(); });
    const std::size_t wanted = part.size() - static_cast<std::size_t>(passed_over);
    if (batch_ < next_batch_) {
      counts_.repeated += wanted;
    } else if (wanted > 0) {
      TRY(send(stream->first, batcher, part));
    }
    ++batch_;
  }
  buffered_bytes_ -= batcher.bytes() + kStreamBytes;
  spare_ = std::move(batcher);
  spare_.clear();
  streams_.erase(stream);
  return {};
}

Result<> LogDelivery::send(const LogStream& name, const EventBatcher& batcher, Part part) {
  std::vector<EventBatcher::Event> wanted;
  std::vector<LogEvent> events;  // with the times that they say, whatever they are sent with
  for (const EventBatcher::Event& event : part) {
    if (event.is_passed_over()) continue;
    wanted.push_back(event);
    events.push_back({.at_ms = event.at_ms, .message = batcher.message_of(event)});
  }
  BatchOutcome outcome(events);
  if (batch_ == next_batch_ && !starts_over() && outcome.resume(delivery_.progress.batch_outcome)) {
    std::size_t index = 0;
    std::erase_if(wanted, [&](const EventBatcher::Event&) { return !outcome.is_waiting(index++); });
  }
  const TimedEvents sent = timed(batcher, wanted, times_, deps_.clock.now());
  const Result<> put = put_in_halves(name, sent.events, outcome);
  if (put.ok()) {
    outcome.add_too_old(sent.too_old);
    outcome.add_too_new(sent.too_new);
  }
  const std::vector<BatchOutcome::Reason> by_reason = outcome.by_reason();
  // What was accepted is written down before anything else can fail: the next try puts only the rest.
  const bool is_more_to_do = !put.ok() || !by_reason.empty();
  // Once: a ledger that is told the same at every try takes each for one that got further.
  const bool is_news = outcome.is_any_accepted() && outcome.text() != delivery_.progress.batch_outcome;
  const Result<> remembered = is_more_to_do && is_news ? remember(outcome) : Result<>();
  TRY(put);
  TRY(remembered);
  TRY(quarantine(name, by_reason));
  const Timestamp now = deps_.clock.now();
  confirmed_ = batch_ + 1;
  TRY(advance({.next_batch = confirmed_, .plan = plan_}));
  ++counts_.batches;
  std::size_t kept = events.size();
  std::size_t bytes = bytes_of(events);
  for (const BatchOutcome::Reason& refused : by_reason) {
    kept -= refused.events.size();
    bytes -= bytes_of(refused.events);
    counts_.quarantined += refused.events.size();
    counts_.quarantined_by[slug_of(refused.reason)] += refused.events.size();
  }
  counts_.events += kept;
  counts_.bytes += bytes;
  counts_.restamped += sent.restamped;
  const std::optional<Timestamp> oldest = oldest_of(part);
  if (deps_.lag != nullptr && oldest && kept > 0) {
    const std::chrono::duration<double> lag = now - *oldest;
    deps_.lag->observe(std::max(lag.count(), 0.0), kept);  // clocks differ
  }
  return {};
}

Result<> LogDelivery::quarantine(const LogStream& name, const std::vector<BatchOutcome::Reason>& by_reason) {
  for (const BatchOutcome::Reason& refused : by_reason) {
    TRY(deps_.quarantine.put_events({.delivery = delivery_.id, .batch = batch_, .stream = name},
                                    refused.reason, refused.events,
                                    delivery_.limits.writing(deps_.clock.steady(), delivery_.timeout)));
  }
  return {};
}

// The ledger is told how far the delivery is, and the lease goes on.
Result<> LogDelivery::advance(Progress progress) {
  const Timestamp now = deps_.clock.now();
  const Result<> advanced = deps_.ledger.advance(delivery_.id, delivery_.owner, progress, now,
                                                 now + delivery_.lease, delivery_.limits.written_by);
  // Whatever the ledger says, the tenant has nothing to fix: a lost lease too is a reason to come back.
  if (!advanced.ok()) return blame_us(advanced.error(), "ledger");
  return {};
}

// What became of the events of this batch so far, if any of them was accepted.
Result<> LogDelivery::remember(const BatchOutcome& outcome) {
  if (!outcome.is_any_accepted()) return advance({.next_batch = confirmed_, .plan = plan_});
  return advance({.next_batch = batch_, .plan = plan_, .batch_outcome = outcome.text()});
}

// Of a batch that takes long.
Result<> LogDelivery::keep_lease(const BatchOutcome& outcome, SteadyTime& advanced_at) {
  const SteadyTime now = deps_.clock.steady();
  if (now - advanced_at < delivery_.lease / 4) return {};
  advanced_at = now;
  return remember(outcome);
}

// One bad event makes the service refuse all of a call: the halves of what is refused are put, and so on,
// until each bad one is alone. That takes two calls an event at worst, and no bound but the try's own time:
// a bound would put good events into quarantine beside the bad. What was accepted is not put again by the
// next try, wherever this one ends (docs/contributing/adr/0006-one-batch-in-flight.md).
Result<> LogDelivery::put_in_halves(const LogStream& name, std::span<const LogEvent> events,
                                    BatchOutcome& outcome) {
  Parts to_put = cut_by_span(events, limits_.span_ms_max);
  std::reverse(to_put.begin(), to_put.end());  // the first is last, so that order is kept
  std::size_t alone = 0;
  bool is_any_accepted = confirmed_ > 0 || outcome.is_any_accepted();  // also by an earlier try
  SteadyTime advanced_at = deps_.clock.steady();
  while (!to_put.empty()) {
    TRY(keep_lease(outcome, advanced_at));
    const std::span<const LogEvent> part = to_put.back();
    to_put.pop_back();
    const Result<RejectedEvents> put_part = put(name, part);
    if (put_part.ok()) {
      is_any_accepted = true;
      outcome.add(*put_part, part);
      continue;
    }
    if (put_part.error().fault != Fault::Invalid) return put_part.error();
    if (part.size() > 1) {
      const std::size_t half = part.size() / 2;
      to_put.push_back(part.subspan(half));
      to_put.push_back(part.first(half));
      continue;
    }
    outcome.add_invalid(part);
    const bool is_last = to_put.empty();
    ++alone;
    if (is_any_accepted || (alone < kRefusedAloneMax && !is_last)) continue;
    is_any_accepted = TRY(put_one_of(name, to_put, outcome));
    if (!is_any_accepted) return put_part.error();
  }
  return {};
}

// The first of the parts that is accepted is taken out, before those that come earlier: rather a stream that
// is out of order here than a delivery parked for the bad events at its begin.
Result<bool> LogDelivery::put_one_of(const LogStream& name, Parts& parts, BatchOutcome& outcome) {
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const Result<RejectedEvents> put_part = put(name, *part);
    if (put_part.ok()) {
      outcome.add(*put_part, *part);
      parts.erase(std::next(part).base());
      return true;
    }
    if (put_part.error().fault != Fault::Invalid) return put_part.error();
  }
  return false;
}

Gate::Call LogDelivery::call() const {
  return {.clock = deps_.clock, .limits = delivery_.limits, .timeout = delivery_.timeout};
}

// Optimistic: groups and streams are there nearly always, and asking first would cost a call a batch.
Result<RejectedEvents> LogDelivery::put(const LogStream& name, std::span<const LogEvent> events) {
  const auto put_now = [&](Deadline deadline) { return sink_->put_events(group_, name, events, deadline); };
  Result<RejectedEvents> first = deps_.gate.run(call(), put_now);
  if (first.ok() || first.error().fault != Fault::NotFound) return first;
  TRY(create(name));
  return once_made(deps_.gate.run(call(), put_now));
}

Result<> LogDelivery::create(const LogStream& name) {
  const auto stream = [&](Deadline deadline) { return sink_->create_stream(group_, name, deadline); };
  const auto group = [&](Deadline deadline) { return sink_->create_group(group_, deadline); };
  Result<> created = deps_.gate.run(call(), stream);
  if (created.ok() || created.error().fault != Fault::NotFound) return created;
  TRY_IN("log group", deps_.gate.run(call(), group));
  TRY_IN("log stream", once_made(deps_.gate.run(call(), stream)));
  return {};
}

}  // namespace headgate::deliver
