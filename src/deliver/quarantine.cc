#include "deliver/quarantine.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.h"
#include "base/utf8.h"
#include "model/compression/checksum.h"
#include "model/metadata_text.h"

namespace headgate::deliver {
namespace {

// Several buckets may hold objects of one key, and a key several contents, one after the other.
std::uint64_t hash_of(const BucketName& bucket, const ObjectKey& key, std::string_view etag = {}) {
  std::string text = bucket.str() + '/' + key.str();
  if (!etag.empty()) text.append(1, '\n').append(etag);
  return fnv1a_64(text);
}

}  // namespace

std::string slug_of(std::string_view reason) {
  std::string slug;
  for (const char c : reason.substr(0, 40)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    slug.push_back(is_plain ? c : '-');
  }
  return slug;
}

Quarantine::Quarantine(ObjectStore& store, Metrics& metrics)
    : store_(store),
      objects_(metrics.counter("headgate_quarantine_objects_total", "Objects whose bytes are damaged")),
      messages_(metrics.counter("headgate_quarantine_messages_total", "Queue messages put into quarantine")) {
}

Result<> Quarantine::put_events(const Batch& batch, std::string_view reason, std::span<const LogEvent> events,
                                Deadline deadline) {
  const DeliveryId& delivery = batch.delivery;
  std::string text;
  for (const LogEvent& event : events) {
    text += "{\"timestamp\":" + std::to_string(event.at_ms) + ",\"message\":";
    append_json_text(text, event.message);
    text += ",\"stream\":";
    append_json_text(text, batch.stream.view());
    text += "}\n";
  }
  // The file's name tells a person where the events came from, the hash keeps objects of one name apart.
  constexpr std::size_t kNameBytesMax = 150;
  const std::string_view source = delivery.key.view();
  std::string_view file = source.substr(source.rfind('/') + 1);
  file = file.substr(0, whole_characters(file, kNameBytesMax));
  std::string destination = delivery.destination.str();  // a replay's has a name of the operator's in it
  std::replace(destination.begin(), destination.end(), '/', '_');
  const std::string slug = slug_of(reason);  // also in the metadata: one of a few words
  const ObjectKey key(
      fmt::format("{}{}/{}/{:016x}-{}/{}-{}.ndjson", kQuarantinePrefix, delivery.tenant.view(), destination,
                  hash_of(delivery.bucket, delivery.key, delivery.etag), file, batch.batch, slug));
  return put(key, text, {.reason = slug, .source = source}, deadline);
}

Result<> Quarantine::put_object_detail(const BucketName& bucket, const ObjectKey& key,
                                       std::string_view reason, Deadline deadline) {
  std::string text = "{\"reason\":";
  append_json_text(text, reason);
  text += ",\"bucket\":";
  append_json_text(text, bucket.view());
  text += ",\"key\":";
  append_json_text(text, key.view());
  text += "}\n";
  objects_.add();
  return put(ObjectKey(fmt::format("{}objects/{:016x}.json", kQuarantinePrefix, hash_of(bucket, key))), text,
             {.reason = reason, .source = key.view()}, deadline);
}

Result<> Quarantine::put_message(std::string_view message_id, std::string_view body, std::string_view reason,
                                 Deadline deadline) {
  std::string text = "{\"reason\":";
  append_json_text(text, reason);
  text += ",\"body\":";
  append_json_text(text, body);
  text += "}\n";
  messages_.add();
  // Ids are what the sender says: the hash keeps two messages of one id apart, and one that is refused for
  // two reasons.
  constexpr std::size_t kIdBytesMax = 150;
  std::string id = metadata_text(message_id, kIdBytesMax);
  std::replace(id.begin(), id.end(), '/', '_');
  return put(ObjectKey(fmt::format("{}messages/{}-{:016x}.json", kQuarantinePrefix, id, fnv1a_64(text))),
             text, {.reason = reason, .source = {}}, deadline);
}

Result<> Quarantine::put(const ObjectKey& key, std::string_view text, const Reason& why, Deadline deadline) {
  PutOptions options{.mode = PutMode::Replace, .content_type = "application/x-ndjson"};
  // The words of messages and objects as they are: whoever lists what is in quarantine reads them.
  constexpr std::size_t kReasonBytesMax = 170;
  options.metadata[kReasonMetadata] = metadata_text(why.reason, kReasonBytesMax);
  // Whole, but of keys whose bytes are mostly not ASCII.
  constexpr std::size_t kSourceBytesMax = 1'800;
  if (!why.source.empty()) options.metadata[kSourceMetadata] = metadata_text(why.source, kSourceBytesMax);
  Result<PutOutcome> kept = put_object(store_, key, text, std::move(options), deadline);
  if (kept.ok()) return {};
  return blame_us(std::move(kept).error(), "quarantine");
}

}  // namespace headgate::deliver
