#include "deliver/bucket_delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/number.h"
#include "base/utf8.h"
#include "deliver/object_text.h"
#include "model/compression/checksum.h"
#include "model/compression/compressed_writer.h"
#include "model/metadata_text.h"
#include "model/record.h"
#include "model/record_reader.h"
#include "model/text/json_escape.h"

namespace headgate::deliver {
namespace {

constexpr std::string_view kFormat = "headgate-format";
constexpr std::size_t kPieceBytes = 64U << 10U;
// Of a value in metadata: all of them together stay below S3's 2 KB.
constexpr std::size_t kNameBytesMax = 512;
constexpr std::size_t kFactBytesMax = 64;

// What the tenant may know of the object: nothing of the central bucket or cluster.
ObjectMetadata public_metadata(const Delivery& delivery, const ObjectMetadata& central,
                               const DeliveredObject& object) {
  ObjectMetadata metadata{{"tenant-id", metadata_text(delivery.id.tenant.view(), kNameBytesMax)}};
  if (!delivery.fields.is_packed()) {
    metadata["application"] = metadata_text(delivery.fields.application.view(), kNameBytesMax);
    metadata["pod-name"] = metadata_text(delivery.fields.pod.view(), kNameBytesMax);
  }
  for (const char* name : {"headgate-format", "headgate-lines", "headgate-first", "headgate-last"}) {
    const auto found = central.find(name);
    if (found != central.end()) metadata[name] = metadata_text(found->second, kFactBytesMax);
  }
  metadata[std::string(kContentFingerprint)] = object.fingerprint;
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

// The destination's object, opened with the first byte: without a record there is no object.
class LateWriter : public ByteSink {
 public:
  LateWriter(ObjectStore& bucket, const ObjectKey& key, const PutOptions& options, Deadline deadline)
      : bucket_(bucket), key_(key), options_(options), deadline_(deadline) {}

  Result<> append(std::string_view bytes) override {
    if (!writer_) writer_ = TRY(bucket_.open_writer(key_, options_, deadline_));
    return writer_->append(bytes);
  }
  // Something was appended.
  Result<PutOutcome> commit() { return writer_->commit(); }

 private:
  ObjectStore& bucket_;
  const ObjectKey& key_;
  const PutOptions& options_;
  const Deadline deadline_;
  std::unique_ptr<ObjectWriter> writer_;
};

// Which records of an object the destination wants. Whose they are says the key, of a packed object the
// record.
class RecordChoice {
 public:
  explicit RecordChoice(const Delivery& delivery) : delivery_(delivery) {}

  bool is_wanted(const ReadRecord& record) {
    const bool is_wanted = !delivery_.wants || is_application_wanted(record);
    // Runs of wanted records, by where they begin and end: they say what was selected, whatever its name.
    if (is_wanted != was_wanted_)
      fingerprint_ = fnv1a_64(fmt::format("{:x};{}", fingerprint_, records_ + filtered_));
    was_wanted_ = is_wanted;
    ++(is_wanted ? records_ : filtered_);
    return is_wanted;
  }
  std::uint64_t records() const { return records_; }  // wanted
  std::uint64_t filtered() const { return filtered_; }
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  bool is_application_wanted(const ReadRecord& record) {
    const std::string_view application = record.application.empty() ? kUnknownName : record.application;
    if (!application_ || application_->view() != application) {
      application_ = Application(application);
      is_application_wanted_ = delivery_.wants(*application_);
    }
    return is_application_wanted_;
  }

  const Delivery& delivery_;
  std::optional<Application> application_;  // asked about
  bool is_application_wanted_ = true;
  bool was_wanted_ = false;
  std::uint64_t records_ = 0;
  std::uint64_t filtered_ = 0;
  std::uint64_t fingerprint_ = 0;
};

// Writes records as ours, one frame for each container they name.
class RecordCopier {
 public:
  RecordCopier(const Delivery& delivery, Timestamp stored_at, ByteSink& sink, Codec codec)
      : delivery_(delivery),
        stored_at_(stored_at),
        writer_(sink, CompressedWriter::Options{.codec = codec}) {}

  Result<> add(const ReadRecord& record) {
    const bool is_packed = delivery_.fields.is_packed();
    const auto said = [](std::string_view name) { return name.empty() ? kUnknownName : name; };
    take_frame({.namespace_name = delivery_.fields.namespace_name.view(),
                .application = is_packed ? said(record.application) : delivery_.fields.application.view(),
                .pod_name = is_packed ? said(record.pod_name) : delivery_.fields.pod.view(),
                .container_name = record.container_name});
    const Timestamp at = record.at.value_or(record.ingested_at.value_or(stored_at_));
    if (record.at || record.ingested_at) first_at_ = std::min(at, first_at_.value_or(at));
    const bool is_long = record.message.size() > kMessagePieceBytes;
    line_.resize(frame_->bytes_max(is_long ? 0 : record.message.size()));
    const char* end = frame_->encode({.at = at,
                                      .ingested_at = record.ingested_at.value_or(at),
                                      .message = is_long ? std::string_view() : record.message,
                                      .stream = record.stream == "stderr" ? Stream::Stderr : Stream::Stdout},
                                     line_.data());
    const std::string_view line(line_.data(), static_cast<std::size_t>(end - line_.data()));
    if (!is_long) return writer_.write(line);
    TRY(writer_.write(line.substr(0, RecordFrame::kMessageAt)));
    TRY(write_message(record.message));
    return writer_.write(line.substr(RecordFrame::kMessageAt));
  }
  Result<> finish() { return writer_.end_member(); }
  std::optional<Timestamp> first_at() const { return first_at_; }
  std::uint64_t bytes() const { return writer_.bytes_out(); }

 private:
  // A longer message is written in pieces: as JSON it may be six times as long.
  static constexpr std::size_t kMessagePieceBytes = 32U << 10U;

  // A record's message is UTF-8.
  Result<> write_message(std::string_view message) {
    piece_.resize(escaped_bytes_max(kMessagePieceBytes));
    while (!message.empty()) {
      const std::string_view piece = message.substr(0, whole_characters(message, kMessagePieceBytes));
      const char* const end = escape_json(piece, piece_.data()).end;
      TRY(writer_.write({piece_.data(), static_cast<std::size_t>(end - piece_.data())}));
      message.remove_prefix(piece.size());
    }
    return {};
  }

  void take_frame(const RecordFrame::Source& source) {
    if (frame_ && source.container_name == container_ && source.application == application_ &&
        source.pod_name == pod_) {
      return;
    }
    container_ = source.container_name;
    application_ = source.application;
    pod_ = source.pod_name;
    frame_.emplace(source);
  }

  const Delivery& delivery_;
  const Timestamp stored_at_;
  CompressedWriter writer_;
  std::string container_;
  std::string application_;
  std::string pod_;
  std::optional<RecordFrame> frame_;
  std::string line_;
  std::string piece_;  // of a long message, escaped
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
  if (delivered.ok()) delivered->etag = info->etag;
  if (delivered.ok() || !is_gone(delivered.error())) return delivered;
  // Something is not there: their bucket, or by now the object.
  const Result<ObjectInfo> again = central_.head(delivery.id.key, deadline(delivery));
  if (again.ok()) return delivered;
  return is_gone(again.error()) ? Result<DeliveryCounts>(gone) : again.error();
}

Result<DeliveryCounts> BucketDelivery::deliver_there(const Delivery& delivery, const ObjectInfo& info,
                                                     ObjectStore& bucket) {
  const auto format = info.metadata.find(std::string(kFormat));
  if (format == info.metadata.end() || format->second != "1") return rewrite(delivery, info, bucket);
  return delivery.wants ? copy_wanted(delivery, info, bucket) : copy(delivery, info, bucket);
}

// No byte of it is decompressed.
Result<DeliveryCounts> BucketDelivery::copy_wanted(const Delivery& delivery, const ObjectInfo& info,
                                                   ObjectStore& bucket) {
  const Result<PackedIndex> packed = read_packed_index(central_, info, deadline(delivery));
  if (!packed.ok()) {
    // In an object without an index at its end, every record still names its tenant. So it does if the index
    // is damaged; a log group is delivered from such an object as well.
    const Fault fault = packed.error().fault;
    if (fault == Fault::NotFound || fault == Fault::Invalid) return rewrite(delivery, info, bucket);
    return packed.error();
  }
  const PackedSelection selection = select(packed->index, delivery.wants);
  if (selection.lines_left == 0) return copy(delivery, info, bucket);
  DeliveryCounts counts{.events = selection.lines, .filtered = selection.lines_left};
  if (selection.ranges.empty()) return counts;

  const DeliveredObject to = TRY(delivered_object(delivery, info, {.selection = fingerprint_of(selection)}));
  PutOptions options{.mode = PutMode::OnlyIfAbsent,
                     .content_type = info.content_type,
                     .content_encoding = info.content_encoding,
                     .metadata = public_metadata(delivery, {}, to)};
  const auto [first_at, last_at] = times_of(selection.index);
  options.metadata["headgate-format"] = "1";
  options.metadata["headgate-lines"] = std::to_string(selection.lines);
  options.metadata["headgate-first"] = to_rfc3339(first_at);
  options.metadata["headgate-last"] = to_rfc3339(last_at);
  const Deadline until = deadline(delivery, selection.index.bytes());
  const SelectedObject object{.key = delivery.id.key, .selection = selection, .codec = packed->codec};
  const auto write = [&](const ObjectKey& key) -> Result<WrittenObject> {
    const std::unique_ptr<ObjectWriter> writer = TRY(bucket.open_writer(key, options, until));
    const std::uint64_t bytes = TRY(append_selection(central_, object, until, *writer));
    return WrittenObject{.outcome = TRY(writer->commit()), .bytes = bytes};
  };
  TRY(put_once(bucket, to, options, until, write));
  counts.bytes = selection.index.bytes();
  counts.batches = 1;
  counts.first_at = first_at;
  return counts;
}

Result<DeliveryCounts> BucketDelivery::copy(const Delivery& delivery, const ObjectInfo& info,
                                            ObjectStore& bucket) {
  const auto lines = info.metadata.find("headgate-lines");
  const bool is_without_lines = lines != info.metadata.end() && lines->second == "0";
  if (info.bytes == 0 || is_without_lines) return DeliveryCounts();
  const DeliveredObject to = TRY(delivered_object(delivery, info, {}));
  const PutOptions options{.mode = PutMode::OnlyIfAbsent,
                           .content_type = info.content_type,
                           .content_encoding = info.content_encoding,
                           .metadata = public_metadata(delivery, info.metadata, to)};
  const Deadline until = deadline(delivery, info.bytes);
  const auto write = [&](const ObjectKey& key) -> Result<WrittenObject> {
    const Result<PutOutcome> copied =
        bucket.copy({.bucket = central_.bucket(), .key = delivery.id.key}, key, options, until);
    if (copied.ok()) return WrittenObject{.outcome = *copied, .bytes = info.bytes};
    // Not allowed, or not to be had: of an S3 that is not AWS's, or from a region that the bucket's has not
    // opted in to. Were it the object or the bucket that is wrong, the stream says so, too.
    const Fault fault = copied.error().fault;
    if (fault != Fault::Denied && fault != Fault::Invalid) return copied.error();
    const PutOutcome streamed =
        TRY(stream_through(central_, delivery.id.key, bucket, key, options, deadline(delivery, info.bytes)));
    return WrittenObject{.outcome = streamed, .bytes = info.bytes};
  };
  TRY(put_once(bucket, to, options, until, write));
  // The agent wrote how many lines it put in; the object is not opened to count them.
  DeliveryCounts counts{.bytes = info.bytes, .batches = 1};
  if (lines != info.metadata.end()) {
    std::string_view text = lines->second;
    counts.events = take_leading_number<decltype(counts.events)>(text).value_or(0);
  }
  const auto first = info.metadata.find("headgate-first");
  if (first != info.metadata.end()) counts.first_at = parse_rfc3339(first->second);
  return counts;
}

Result<BucketDelivery::ReadToEnd> BucketDelivery::each_record(
    const Delivery& delivery, Deadline until, const std::function<Result<>(const ReadRecord&)>& act) {
  const std::unique_ptr<ObjectReader> object =
      TRY(central_.open_reader(delivery.id.key, std::nullopt, until));
  ObjectText plain(delivery.id.key, *object, decompression_);
  RecordReader records(plain, {.large_lines = large_lines_, .stop = delivery.limits.stop});
  for (;;) {
    const Result<const ReadRecord*> record = records.next();
    if (!record.ok()) {
      // The bytes are damaged: the records before them are still delivered.
      if (record.error().fault != Fault::Invalid) return record.error();
      return ReadToEnd{.damage = record.error(), .is_over_limit = plain.is_over_limit()};
    }
    if (*record == nullptr) return ReadToEnd();
    TRY(act(**record));
  }
}

// The key follows from the content. So where a part is chosen, or bytes turn out to be damaged, the object is
// read once before it is written: both are rare, and neither is known before.
Result<DeliveryCounts> BucketDelivery::rewrite(const Delivery& delivery, const ObjectInfo& info,
                                               ObjectStore& bucket) {
  const Deadline until = deadline(delivery, info.bytes);
  DeliveredContent content{.is_rewritten = true};
  if (delivery.wants) {
    RecordChoice choice(delivery);
    const ReadToEnd read = TRY(each_record(delivery, until, [&](const ReadRecord& record) {
      (void)choice.is_wanted(record);
      return Result<>();
    }));
    if (choice.filtered() > 0) content.selection = choice.fingerprint();
    if (read.damage) content.readable_records = choice.records() + choice.filtered();
    if (choice.records() == 0 || read.is_over_limit)
      return DeliveryCounts{.filtered = choice.filtered(), .damage = read.damage};
  }
  for (;;) {
    DeliveryCounts counts = TRY(rewrite_as(content, delivery, info, bucket));
    const bool is_done = !counts.damage || content.readable_records || counts.events == 0;
    if (is_done) return counts;
    content.readable_records = counts.events + counts.filtered;
  }
}

Result<DeliveryCounts> BucketDelivery::rewrite_as(const DeliveredContent& content, const Delivery& delivery,
                                                  const ObjectInfo& info, ObjectStore& bucket) {
  const Deadline until = deadline(delivery, info.bytes);
  const Codec codec = codec_of_name(delivery.id.key);
  const DeliveredObject to = TRY(delivered_object(delivery, info, content));
  PutOptions options{.mode = PutMode::OnlyIfAbsent,
                     .content_type = "application/x-ndjson",
                     .content_encoding = std::string(content_encoding_of(codec)),
                     .metadata = public_metadata(delivery, {}, to)};
  options.metadata[std::string(kFormat)] = "1";
  const Timestamp stored_at = info.modified_at > Timestamp{} ? info.modified_at : delivery.object_at;
  DeliveryCounts counts;
  const auto write = [&](const ObjectKey& key) -> Result<WrittenObject> {
    LateWriter writer(bucket, key, options, until);
    RecordChoice choice(delivery);
    RecordCopier copier(delivery, stored_at, writer, codec);
    const auto copy_record = [&](const ReadRecord& record) {
      return choice.is_wanted(record) ? copier.add(record) : Result<>();
    };
    const ReadToEnd read = TRY(each_record(delivery, until, copy_record));
    counts = {.filtered = choice.filtered(), .damage = read.damage};
    // Without a record there is no object, and of one that becomes too large there is none before all of it
    // is.
    if (choice.records() == 0 || read.is_over_limit) return WrittenObject();
    counts.events = choice.records();
    counts.first_at = copier.first_at();
    // What is damaged gets a key of its own, which the caller now knows.
    if (read.damage && !content.readable_records) return WrittenObject();
    counts.batches = 1;
    TRY(copier.finish());
    counts.bytes = copier.bytes();
    return WrittenObject{.outcome = TRY(writer.commit()), .bytes = copier.bytes()};
  };
  TRY(put_once(bucket, to, options, until, write));
  return counts;
}

}  // namespace headgate::deliver
