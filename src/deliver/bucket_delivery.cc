#include "deliver/bucket_delivery.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "deliver/object_text.h"
#include "model/compressed_writer.h"
#include "model/metadata_text.h"
#include "model/record.h"
#include "model/record_reader.h"

namespace headgate::deliver {
namespace {

constexpr std::string_view kFormat = "headgate-format";
constexpr std::size_t kPieceBytes = 64U << 10U;
// Of a value in metadata: all of them together stay below S3's 2 KB.
constexpr std::size_t kNameBytesMax = 512;
constexpr std::size_t kFactBytesMax = 64;

// What the tenant may know of the object: nothing of the central bucket or cluster.
ObjectMetadata public_metadata(const Delivery& delivery, const ObjectMetadata& central) {
  ObjectMetadata metadata{{"tenant-id", metadata_text(delivery.id.tenant.view(), kNameBytesMax)}};
  if (!delivery.fields.is_packed()) {
    metadata["application"] = metadata_text(delivery.fields.application.view(), kNameBytesMax);
    metadata["pod-name"] = metadata_text(delivery.fields.pod.view(), kNameBytesMax);
  }
  for (const char* name : {"headgate-format", "headgate-lines", "headgate-first", "headgate-last"}) {
    const auto found = central.find(name);
    if (found != central.end()) metadata[name] = metadata_text(found->second, kFactBytesMax);
  }
  return metadata;
}

Result<PutOutcome> stream_through(ObjectStore& from, const ObjectKey& from_key, ObjectStore& to,
                                  const ObjectKey& to_key, PutOptions options, Deadline deadline) {
  const std::unique_ptr<ObjectReader> reader = TRY(from.open_reader(from_key, std::nullopt, deadline));
  const std::unique_ptr<ObjectWriter> writer = TRY(to.open_writer(to_key, std::move(options), deadline));
  std::array<char, kPieceBytes> piece;
  for (;;) {
    const std::size_t bytes = TRY(reader->read(piece));
    if (bytes == 0) break;
    TRY(writer->append(std::string_view(piece.data(), bytes)));
  }
  return writer->commit();
}

// Writes records as ours, one frame for each container they name. Whose they are says the key, of a packed
// object the record.
class RecordCopier {
 public:
  RecordCopier(const Delivery& delivery, ByteSink& sink, Codec codec)
      : delivery_(delivery), writer_(sink, CompressedWriter::Options{.codec = codec}) {}

  Result<> add(const ReadRecord& record) {
    const bool is_packed = delivery_.fields.is_packed();
    const auto said = [](std::string_view name) { return name.empty() ? kUnknownName : name; };
    take_frame({.namespace_name = delivery_.fields.namespace_name.view(),
                .application = is_packed ? said(record.application) : delivery_.fields.application.view(),
                .pod_name = is_packed ? said(record.pod_name) : delivery_.fields.pod.view(),
                .container_name = record.container_name});
    if (delivery_.wants && !is_wanted_) {
      ++filtered_;
      return {};
    }
    const Timestamp at = record.at.value_or(record.ingested_at.value_or(delivery_.object_at));
    line_.resize(frame_->bytes_max(record.message.size()));
    const char* end = frame_->encode({.at = at,
                                      .ingested_at = record.ingested_at.value_or(at),
                                      .message = record.message,
                                      .stream = record.stream == "stderr" ? Stream::Stderr : Stream::Stdout},
                                     line_.data());
    ++records_;
    if (record.at || record.ingested_at) first_at_ = std::min(at, first_at_.value_or(at));
    return writer_.write(std::string_view(line_.data(), static_cast<std::size_t>(end - line_.data())));
  }
  Result<> finish() { return writer_.end_member(); }
  std::uint64_t records() const { return records_; }
  std::uint64_t filtered() const { return filtered_; }
  std::optional<Timestamp> first_at() const { return first_at_; }
  std::uint64_t bytes() const { return writer_.bytes_out(); }

 private:
  void take_frame(const RecordFrame::Source& source) {
    if (frame_ && source.container_name == container_ && source.application == application_ &&
        source.pod_name == pod_) {
      return;
    }
    container_ = source.container_name;
    application_ = source.application;
    pod_ = source.pod_name;
    is_wanted_ = !delivery_.wants || delivery_.wants(Application(source.application));
    frame_.emplace(source);
  }

  const Delivery& delivery_;
  CompressedWriter writer_;
  std::string container_;
  std::string application_;
  std::string pod_;
  bool is_wanted_ = true;
  std::uint64_t filtered_ = 0;
  std::optional<RecordFrame> frame_;
  std::string line_;
  std::uint64_t records_ = 0;
  std::optional<Timestamp> first_at_;
};

// Of all members, of which there is one at least.
std::pair<Timestamp, Timestamp> times_of(const ObjectIndex& index) {
  std::pair<Timestamp, Timestamp> times(index.members.front().first_at, index.members.front().last_at);
  for (const IndexedMember& member : index.members) {
    times = {std::min(times.first, member.first_at), std::max(times.second, member.last_at)};
  }
  return times;
}

}  // namespace

Result<ObjectKey> delivered_key(const Delivery& delivery) {
  const KeyTemplate layout = TRY(KeyTemplate::parse(
      delivery.fields.is_packed() ? "{tenant}/_packed/{file}" : "{tenant}/{application}/{pod_name}/{file}"));
  KeyFields fields = delivery.fields;
  fields.tenant = delivery.id.tenant;
  fields.node = NodeName();
  const ObjectKey key = TRY(layout.render(fields));
  std::string prefix = delivery.configuration.bucket_prefix;
  if (!prefix.empty() && !prefix.ends_with('/')) prefix.push_back('/');
  if (prefix.size() + key.view().size() > KeyTemplate::kKeyBytesMax) {
    return Error{Fault::Invalid, "bucket_prefix: the key would be longer than S3 allows"};
  }
  return ObjectKey(prefix + key.str());
}

// Of a call that moves so many bytes, through us or by the service: a time-out is for a call that is answered
// at once.
Deadline BucketDelivery::deadline(const Delivery& delivery, std::uint64_t bytes) const {
  constexpr std::uint64_t kBytesPerSecond = 4U << 20U;  // slower than that is no use
  const std::chrono::seconds moving{static_cast<std::int64_t>(bytes / kBytesPerSecond)};
  const Deadline deadline = Deadline::after(clock_.steady(), delivery.timeout + moving);
  return deadline.at < delivery.limits.until.at ? deadline : delivery.limits.until;
}

Result<DeliveryCounts> BucketDelivery::deliver(const Delivery& delivery, ObjectStore& bucket) {
  const auto is_gone = [](const Error& error) { return error.fault == Fault::NotFound; };
  const DeliveryCounts gone{.is_gone = true};
  const Result<ObjectInfo> info = central_.head(delivery.id.key, deadline(delivery));
  if (!info.ok()) return is_gone(info.error()) ? Result<DeliveryCounts>(gone) : info.error();
  Result<DeliveryCounts> delivered = deliver_there(delivery, *info, bucket);
  if (delivered.ok() || !is_gone(delivered.error())) return delivered;
  // Something is not there: their bucket, or by now the object.
  const Result<ObjectInfo> again = central_.head(delivery.id.key, deadline(delivery));
  if (again.ok()) return delivered;
  return is_gone(again.error()) ? Result<DeliveryCounts>(gone) : again.error();
}

Result<DeliveryCounts> BucketDelivery::deliver_there(const Delivery& delivery, const ObjectInfo& info,
                                                     ObjectStore& bucket) {
  const auto format = info.metadata.find(std::string(kFormat));
  if (format == info.metadata.end() || format->second != "1") return write_anew(delivery, info, bucket);
  return delivery.wants ? copy_wanted(delivery, info, bucket) : copy(delivery, info, bucket);
}

// No byte of it is decompressed.
Result<DeliveryCounts> BucketDelivery::copy_wanted(const Delivery& delivery, const ObjectInfo& info,
                                                   ObjectStore& bucket) {
  const Result<PackedIndex> packed = read_packed_index(central_, info, deadline(delivery));
  if (!packed.ok()) {
    // An object that has no index at its end says of every record whose it is, too.
    if (packed.error().fault == Fault::NotFound) return write_anew(delivery, info, bucket);
    return packed.error();
  }
  const PackedSelection selection = select(packed->index, delivery.wants);
  if (selection.lines_left == 0) return copy(delivery, info, bucket);
  DeliveryCounts counts{.events = selection.lines, .filtered = selection.lines_left};
  if (selection.ranges.empty()) return counts;

  PutOptions options{.mode = PutMode::OnlyIfAbsent,
                     .content_type = info.content_type,
                     .content_encoding = info.content_encoding,
                     .metadata = public_metadata(delivery, {})};
  const auto [first_at, last_at] = times_of(selection.index);
  options.metadata["headgate-format"] = "1";
  options.metadata["headgate-lines"] = std::to_string(selection.lines);
  options.metadata["headgate-first"] = to_rfc3339(first_at);
  options.metadata["headgate-last"] = to_rfc3339(last_at);
  const ObjectKey to = TRY(delivered_key(delivery));
  const Deadline until = deadline(delivery, selection.index.bytes());
  const std::unique_ptr<ObjectWriter> writer = TRY(bucket.open_writer(to, std::move(options), until));
  const SelectedObject object{.key = delivery.id.key, .selection = selection, .codec = packed->codec};
  TRY(append_selection(central_, object, until, *writer));
  TRY(writer->commit());
  counts.bytes = selection.index.bytes();
  counts.batches = 1;
  counts.first_at = first_at;
  return counts;
}

Result<DeliveryCounts> BucketDelivery::copy(const Delivery& delivery, const ObjectInfo& info,
                                            ObjectStore& bucket) {
  const PutOptions options{.mode = PutMode::OnlyIfAbsent,
                           .content_type = info.content_type,
                           .content_encoding = info.content_encoding,
                           .metadata = public_metadata(delivery, info.metadata)};
  const ObjectKey to = TRY(delivered_key(delivery));
  const auto copied = bucket.copy({.bucket = central_.bucket(), .key = delivery.id.key}, to, options,
                                  deadline(delivery, info.bytes));
  if (!copied.ok()) {
    // Not allowed, or not to be had: of an S3 that is not AWS's, or from a region that the bucket's has not
    // opted in to. Were it the object or the bucket that is wrong, the stream says so, too.
    const Fault fault = copied.error().fault;
    if (fault != Fault::Denied && fault != Fault::Invalid) return copied.error();
    TRY(stream_through(central_, delivery.id.key, bucket, to, options, deadline(delivery, info.bytes)));
  }
  // The agent wrote how many lines it put in; the object is not opened to count them.
  DeliveryCounts counts{.bytes = info.bytes, .batches = 1};
  const auto lines = info.metadata.find("headgate-lines");
  if (lines != info.metadata.end()) {
    std::from_chars(lines->second.data(), lines->second.data() + lines->second.size(), counts.events);
  }
  const auto first = info.metadata.find("headgate-first");
  if (first != info.metadata.end()) counts.first_at = parse_rfc3339(first->second);
  return counts;
}

Result<DeliveryCounts> BucketDelivery::write_anew(const Delivery& delivery, const ObjectInfo& info,
                                                  ObjectStore& bucket) {
  const Deadline until = deadline(delivery, info.bytes);
  const std::unique_ptr<ObjectReader> object =
      TRY(central_.open_reader(delivery.id.key, std::nullopt, until));
  ObjectText plain(delivery.id.key, *object);
  RecordReader records(plain, {});
  const Codec codec = codec_of_name(delivery.id.key);
  PutOptions options{.mode = PutMode::OnlyIfAbsent,
                     .content_type = "application/x-ndjson",
                     .content_encoding = std::string(content_encoding_of(codec)),
                     .metadata = public_metadata(delivery, {})};
  options.metadata[std::string(kFormat)] = "1";
  const ObjectKey to = TRY(delivered_key(delivery));
  const std::unique_ptr<ObjectWriter> writer = TRY(bucket.open_writer(to, std::move(options), until));
  RecordCopier copier(delivery, *writer, codec);
  for (;;) {
    const ReadRecord* record = TRY(records.next());
    if (record == nullptr) break;
    TRY(copier.add(*record));
  }
  TRY(copier.finish());
  if (copier.records() == 0 && copier.filtered() > 0) return DeliveryCounts{.filtered = copier.filtered()};
  TRY(writer->commit());
  return DeliveryCounts{.events = copier.records(),
                        .bytes = copier.bytes(),
                        .batches = 1,
                        .filtered = copier.filtered(),
                        .first_at = copier.first_at()};
}

}  // namespace headgate::deliver
