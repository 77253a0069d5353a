#include "collect/batch/packed_batch.h"

#include <algorithm>
#include <cstring>

namespace headgate::collect {

PackedBatch::PackedBatch(Spool& spool, Options options)
    : options_(options),
      file_(spool),
      writer_(file_, CompressedWriter::Options{.codec = options.codec, .level = options.level}),
      last_used_(buffers_.end()) {
  CHECK(options.codec != Codec::None);
}

PackedBatch::~PackedBatch() = default;

PackedBatch::Buffer& PackedBatch::buffer_of(const BatchSource& source) {
  if (last_used_ == buffers_.end() || last_used_->first != source) {
    const auto [found, is_new] = buffers_.try_emplace(source);
    if (is_new) {
      found->second.source = index_.sources.size();
      index_.sources.push_back(source);
    }
    last_used_ = found;
  }
  return last_used_->second;
}

Result<> PackedBatch::add(const RecordOrigin& origin, const Record& record) {
  if (is_broken_) return Error{Fault::Retry, "the batch is broken by an earlier error"};
  Buffer& buffer = buffer_of(origin.source);
  raw_bytes_ += encode(buffer, origin.frame, record);
  buffer.first_at = buffer.lines == 0 ? record.at : std::min(buffer.first_at, record.at);
  buffer.last_at = buffer.lines == 0 ? record.at : std::max(buffer.last_at, record.at);
  first_at_ = lines_ == 0 ? record.at : std::min(first_at_, record.at);
  last_at_ = lines_ == 0 ? record.at : std::max(last_at_, record.at);
  ++buffer.lines;
  ++lines_;
  return buffered_bytes_ > options_.buffered_bytes_max ? shrink_to(options_.buffered_bytes_max) : Result<>();
}

// Returns how many bytes the record takes. bytes_max() is far more than most records take, so the end of a
// block is filled through scratch_, and blocks are always full.
std::size_t PackedBatch::encode(Buffer& buffer, const RecordFrame& frame, const Record& record) {
  const std::size_t bytes_max = frame.bytes_max(record.message.size());
  if (buffer.blocks.empty()) grow(buffer);
  if (kBlockBytes - buffer.last_filled >= bytes_max) {
    char* const begin = buffer.blocks.back().get() + buffer.last_filled;
    const auto bytes = static_cast<std::size_t>(frame.encode(record, begin) - begin);
    buffer.last_filled += bytes;
    return bytes;
  }
  if (scratch_.size() < bytes_max) scratch_.resize(bytes_max);
  const auto bytes = static_cast<std::size_t>(frame.encode(record, scratch_.data()) - scratch_.data());
  copy(buffer, std::string_view(scratch_).substr(0, bytes));
  if (scratch_.size() > kBlockBytes) scratch_ = std::string();
  return bytes;
}

void PackedBatch::copy(Buffer& buffer, std::string_view bytes) {
  while (!bytes.empty()) {
    if (buffer.last_filled == kBlockBytes) grow(buffer);
    const std::size_t taken = std::min(bytes.size(), kBlockBytes - buffer.last_filled);
    std::memcpy(buffer.blocks.back().get() + buffer.last_filled, bytes.data(), taken);
    buffer.last_filled += taken;
    bytes.remove_prefix(taken);
  }
}

void PackedBatch::grow(Buffer& buffer) {
  buffer.blocks.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
  buffer.last_filled = 0;
  buffered_bytes_ += kBlockBytes;
}

Result<> PackedBatch::shrink_to(std::size_t buffered_bytes_max) {
  while (buffered_bytes_ > buffered_bytes_max) {
    const auto largest = std::max_element(
        buffers_.begin(), buffers_.end(),
        [](const auto& left, const auto& right) { return left.second.bytes() < right.second.bytes(); });
    TRY(write_member(largest->second));
  }
  return {};
}

bool PackedBatch::is_full() const {
  // One read of a log file adds far less than the rest of the limits.
  return index_.sources.size() >= kIndexSourcesMax / 8 || index_.members.size() >= kIndexMembersMax / 2;
}

std::size_t PackedBatch::index_bytes() const {
  constexpr std::size_t kSourceBytes = 256;  // a node of buffers_ and one entry, with their names
  return index_.sources.size() * kSourceBytes + index_.members.size() * sizeof(IndexedMember);
}

Result<> PackedBatch::tried(Result<> result) {
  if (!result.ok()) is_broken_ = true;
  return result;
}

Result<> PackedBatch::write_member(Buffer& buffer) {
  if (is_broken_) return Error{Fault::Retry, "the batch is broken by an earlier error"};
  CHECK(buffer.lines > 0);
  const std::uint64_t begin = file_.bytes();
  const std::uint64_t raw_begin = writer_.bytes_in();
  for (const auto& block : buffer.blocks) {
    const bool is_last = &block == &buffer.blocks.back();
    TRY(tried(writer_.write({block.get(), is_last ? buffer.last_filled : kBlockBytes})));
  }
  TRY(tried(writer_.end_member()));
  index_.members.push_back({.source = buffer.source,
                            .bytes = file_.bytes() - begin,
                            .raw_bytes = writer_.bytes_in() - raw_begin,
                            .lines = buffer.lines,
                            .first_at = buffer.first_at,
                            .last_at = buffer.last_at});
  buffered_bytes_ -= buffer.blocks.size() * kBlockBytes;
  buffer = Buffer{.source = buffer.source};
  return {};
}

// In the order of application and pod, so that members of one application mostly follow each other.
Result<> PackedBatch::write_rest() {
  for (auto& [source, buffer] : buffers_) {
    if (buffer.lines > 0) TRY(write_member(buffer));
  }
  return tried(file_.append(TRY(index_members(index_, options_.codec))));
}

Result<BatchManifest> PackedBatch::seal(ObjectKey key, std::vector<CoveredFile> covers) {
  CHECK(lines_ > 0);
  TRY(write_rest());
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
