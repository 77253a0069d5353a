#include "process/redelivery.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/byte_source.h"
#include "deliver/log_delivery.h"
#include "model/metadata_text.h"
#include "model/notification.h"
#include "model/record_reader.h"
#include "process/replay.h"
#include "process/settlement.h"

namespace headgate::process {
namespace {

constexpr std::chrono::seconds kCallMax{60};
// A batch of 1 MiB whose bytes are all escaped, and what stands around them.
constexpr std::size_t kFileBytesMax = std::size_t{16} << 20U;

// What CloudWatch takes, by our clock.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
constexpr std::chrono::hours kTooNewAhead{2};

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t bytes = std::min(into.size(), text_.size());
    std::copy_n(text_.begin(), bytes, into.begin());
    text_.remove_prefix(bytes);
    return bytes;
  }

 private:
  std::string_view text_;
};

Redelivered left(std::string why) {
  return {.what = Redelivered::What::Left, .why = std::move(why)};
}

// What the text of a message or an object says under that name.
Result<std::string> member_of(const std::string& text, std::string_view name) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::ondemand::document document;
  std::string_view value;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document[name].get_string().get(value) != simdjson::SUCCESS)
    return Error{Fault::Invalid, "it is not as quarantine writes it: " + std::string(name) + ": is missing"};
  return std::string(value);
}

// What a replay's destination is called before the replay's name.
DestinationName base_of(const DestinationName& destination) {
  return DestinationName(destination.view().substr(0, destination.view().find('~')));
}

struct Peek {
  bool has_streams = false;       // older files do not say which log stream
  std::optional<Timestamp> last;  // of the events
};

Result<Peek> peek(const std::string& text) {
  TextSource source(text);
  RecordReader records(source, {});
  Peek peek;
  for (;;) {
    const ReadRecord* const record = TRY(records.next());
    if (record == nullptr) return peek;
    peek.has_streams = peek.has_streams || !record->stream.empty();
    if (record->at && (!peek.last || *record->at > *peek.last)) peek.last = record->at;
  }
}

}  // namespace

Redelivery::Redelivery(Deps deps, Options options)
    : deps_(std::move(deps)),
      options_(std::move(options)),
      quarantine_(deps_.central.first(), deps_.metrics) {}

Result<Redelivered> Redelivery::redeliver(const QuarantineItem& item, const deliver::Limits& limits) {
  switch (item.kind) {
    case QuarantineKind::Events:
      return redeliver_events(item, limits);
    case QuarantineKind::Message:
      return redeliver_message(item, limits);
    case QuarantineKind::Object:
      return redeliver_object(item, limits);
  }
  CHECK(false);
}

Result<Redelivered> Redelivery::redeliver_events(const QuarantineItem& item, const deliver::Limits& limits) {
  const bool is_too_old = item.reason == "too-old" || item.reason == "expired";
  if (is_too_old && !options_.is_restamped)
    return left("its events are too old for the destination: give them the time of now with --restamp");
  const tenants::TenantView tenant = TRY(deps_.tenants.of(item.tenant, call(limits)));
  if (tenant.objects_since && item.since < *tenant.objects_since) return left(kOfFormerTenant);
  const DestinationName destination = base_of(item.destination);
  const auto configuration =
      std::find_if(tenant.active.begin(), tenant.active.end(),
                   [&](const TenantConfiguration& one) { return one.type == destination; });
  if (configuration == tenant.active.end())
    return left("tenant " + item.tenant.str() + " has no enabled and valid destination " + destination.str());
  if (kind_of(destination) != DestinationKind::CloudWatch) return left("its destination is no log group");
  const Result<std::string> text = read(item.key, limits);
  if (!text.ok()) {
    return text.error().fault == Fault::Invalid ? Result<Redelivered>(left(text.error().what))
                                                : Result<Redelivered>(text.error());
  }
  const Peek seen = TRY_IN(item.key.view(), peek(*text));
  if (!options_.is_restamped && seen.last && *seen.last > deps_.clock.now() + kTooNewAhead)
    return left("its events are too new for the destination until " + to_rfc3339(*seen.last - kTooNewAhead) +
                ": wait, or give them the time of now with --restamp");
  TenantConfiguration to = *configuration;
  if (seen.has_streams) to.log_stream_name = "{stream}";
  return deliver(item, to, *text, limits);
}

Result<Redelivered> Redelivery::deliver(const QuarantineItem& item, const TenantConfiguration& configuration,
                                        const std::string& text, const deliver::Limits& limits) {
  const DeliveryId id{.bucket = deps_.central.first().bucket(),
                      .key = item.key,
                      .tenant = item.tenant,
                      .destination = DestinationName(configuration.type.str() + "~redeliver-" + item.etag)};
  Settlement settlement(deps_.clock, deps_.ledger, options_.owner, options_.lease, said_);
  const Claimed claimed = settlement.claim(id, Isolation::Alone, call(limits));
  if (claimed.hold == Hold::Settled) {
    TRY(move(item, text, limits));
    return Redelivered{.what = Redelivered::What::Before};
  }
  if (claimed.hold != Hold::Ours)
    return left(
        "another run is at it, or the ledger cannot be asked; what a run that was killed had begun is free "
        "again "
        "after process.lease");
  deliver::Delivery delivery{.id = id,
                             .configuration = configuration,
                             .owner = options_.owner,
                             .lease = options_.lease,
                             .timeout = options_.timeout,
                             .limits = limits,
                             .progress = claimed.progress,
                             .object_at = item.since};
  // Of a file that does not say its log stream: as the object that the events came from says.
  const Result<KeyFields> fields = options_.key_template.parse_key(ObjectKey(item.source));
  if (fields.ok()) delivery.fields = *fields;
  deliver::Gate gate{{}};
  const auto give_up = [&](const Error& error) {
    settlement.release(id, call(limits));
    return left(error.what);
  };
  const Result<std::shared_ptr<LogSink>> sink = deps_.destinations.log_sink(configuration, call(limits));
  if (!sink.ok()) return give_up(sink.error());
  deliver::LogDelivery logs(
      {.clock = deps_.clock, .ledger = deps_.ledger, .quarantine = quarantine_, .gate = gate}, *sink,
      delivery, {});
  const Timestamp now = deps_.clock.now();
  const auto put = [&]() -> Result<> {
    TextSource source(text);
    RecordReader records(source, {});
    for (;;) {
      const ReadRecord* const record = TRY(records.next());
      if (record == nullptr) return logs.finish();
      ReadRecord stamped = *record;
      stamped.ingested_at.reset();
      if (options_.is_restamped) stamped.at = now;
      TRY(logs.add(stamped));
    }
  };
  const Result<> delivered = put();
  if (!delivered.ok()) return give_up(delivered.error());
  if (settlement.settle(id, DeliveryState::Delivered, "", call(limits)) != Verdict::Done)
    return left("delivered, but the ledger could not be told: run it again");
  TRY(move(item, text, limits));
  return Redelivered{.what = Redelivered::What::Done,
                     .events = logs.counts().events,
                     .refused_again = logs.counts().quarantined};
}

Result<Redelivered> Redelivery::redeliver_message(const QuarantineItem& item, const deliver::Limits& limits) {
  if (deps_.queue == nullptr) return left("aws.queue_url is not set: a message goes by way of the queue");
  const std::string text = TRY(read(item.key, limits));
  const Result<std::string> body = member_of(text, "body");
  if (!body.ok()) return left(body.error().what);
  TRY_IN("queue", deps_.queue->send(*body, std::chrono::seconds{0}, call(limits)));
  TRY(move(item, text, limits));
  return Redelivered{.what = Redelivered::What::Done};
}

// What could be read of it is delivered, the rest is parked: that is released, and begins where it stopped.
Result<Redelivered> Redelivery::redeliver_object(const QuarantineItem& item, const deliver::Limits& limits) {
  if (deps_.queue == nullptr) return left("aws.queue_url is not set: an object goes by way of the queue");
  const std::string text = TRY(read(item.key, limits));
  const Result<std::string> said = member_of(text, "key");
  if (!said.ok()) return left(said.error().what);
  const ObjectKey key(*said);
  const Result<KeyFields> fields = options_.key_template.parse_key(key);
  if (!fields.ok()) return left("key: " + fields.error().what);
  ParkedReplay replay({.clock = deps_.clock,
                       .random = deps_.random,
                       .ledger = deps_.ledger,
                       .central = deps_.central,
                       .tenants = deps_.tenants,
                       .queue = *deps_.queue});
  const ReplayCounts counts = TRY(replay.run({.tenant = fields->tenant, .key = key}, call(limits)));
  if (counts.left > 0)
    return left("it is still parked: its bucket is none of ours, or nobody knows its tenant");
  if (counts.lost > 0) return left("the object is gone");
  TRY(move(item, text, limits));
  return Redelivered{.what = Redelivered::What::Done};
}

Deadline Redelivery::call(const deliver::Limits& limits) const {
  return sooner(limits.until, Deadline::after(deps_.clock.steady(), kCallMax));
}

Result<std::string> Redelivery::read(const ObjectKey& key, const deliver::Limits& limits) {
  const Deadline deadline = call(limits);
  const auto reader = TRY_IN(key.view(), deps_.central.first().open_reader(key, std::nullopt, deadline));
  std::string text;
  std::array<char, std::size_t{16} << 10U> room{};
  for (;;) {
    const std::size_t bytes = TRY_IN(key.view(), reader->read(room));
    if (bytes == 0) return text;
    text.append(room.data(), bytes);
    if (text.size() > kFileBytesMax)
      return Error{Fault::Invalid, key.str() + ": is larger than quarantine writes"};
  }
}

// Put before it is removed: a crash in between leaves it in both places, and the ledger knows.
Result<> Redelivery::move(const QuarantineItem& item, std::string_view text, const deliver::Limits& limits) {
  const Deadline deadline = call(limits);
  const std::string to =
      std::string(kRedeliveredPrefix) + std::string(item.key.view().substr(kQuarantinePrefix.size()));
  PutOptions options{.mode = PutMode::Replace, .content_type = "application/x-ndjson"};
  // As Quarantine has them.
  constexpr std::size_t kReasonBytesMax = 170;
  constexpr std::size_t kSourceBytesMax = 1'800;
  options.metadata[deliver::kReasonMetadata] = metadata_text(item.reason, kReasonBytesMax);
  if (!item.source.empty())
    options.metadata[deliver::kSourceMetadata] = metadata_text(item.source, kSourceBytesMax);
  ObjectStore& store = deps_.central.first();
  TRY_IN(to, put_object(store, ObjectKey(to), text, std::move(options), deadline));
  return store.remove(item.key, deadline);
}

}  // namespace headgate::process
