#include "collect/batch/pod_batch.h"

#include <algorithm>

namespace headgate::collect {

PodBatch::PodBatch(Spool& spool, Options options)
    : options_(options),
      file_(spool),
      writer_(file_, CompressedWriter::Options{.codec = options.codec, .level = options.level}) {}

PodBatch::~PodBatch() = default;

Result<> PodBatch::add(const RecordOrigin& origin, const Record& record) {
  const RecordFrame& frame = origin.frame;
  const std::size_t bytes_max = frame.bytes_max(record.message.size());
  if (buffer_.size() - filled_ < bytes_max) {
    TRY(flush_buffer());
    if (buffer_.size() < bytes_max || buffer_.size() > std::max(2 * bytes_max, buffer_bytes_)) {
      buffer_ = Pages(std::max(bytes_max, buffer_bytes_));
    }
  }
  char* begin = buffer_.data() + filled_;
  const auto bytes = static_cast<std::size_t>(frame.encode(record, begin) - begin);
  filled_ += bytes;
  raw_bytes_ += bytes;
  if (lines_ == 0) {
    first_at_ = record.at;
    last_at_ = record.at;
  } else {
    first_at_ = std::min(first_at_, record.at);
    last_at_ = std::max(last_at_, record.at);
  }
  ++lines_;
  return {};
}

Result<> PodBatch::tried(Result<> result) {
  if (!result.ok()) is_broken_ = true;
  return result;
}

Result<> PodBatch::flush_buffer() {
  if (is_broken_) return Error{Fault::Retry, "the batch is broken by an earlier error"};
  if (filled_ == 0) return {};
  const std::string_view bytes(buffer_.data(), std::exchange(filled_, 0));
  return tried(writer_.write(bytes));
}

Result<> PodBatch::rest() {
  TRY(flush_buffer());
  buffer_ = Pages();
  return tried(writer_.end_member());
}

Result<BatchManifest> PodBatch::seal(ObjectKey key, std::vector<CoveredFile> covers) {
  TRY(rest());
  BatchManifest manifest;
  manifest.key = std::move(key);
  manifest.codec = options_.codec;
  manifest.lines = lines_;
  manifest.raw_bytes = raw_bytes_;
  manifest.first_at = first_at_;
  manifest.last_at = last_at_;
  manifest.covers = std::move(covers);
  return file_.seal(std::move(manifest));
}

}  // namespace headgate::collect
