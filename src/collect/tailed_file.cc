#include "collect/tailed_file.h"

#include <algorithm>
#include <cstring>

namespace headgate::collect {

Result<TailedFile> TailedFile::open(Disk& disk, const SeenFile& seen, std::uint64_t number) {
  TailedFile file(disk, seen, number);
  file.file_ = TRY(disk.open(seen.path));
  const FileStat stat = TRY_IN(seen.path, file.file_->stat());
  file.id_ = stat.id;  // what was opened, should the name have moved since it was seen
  TRY(file.learn_first_bytes());
  return file;
}

Result<> TailedFile::learn_first_bytes() {
  std::string bytes(Fingerprint::kBytesMax, '\0');
  bytes.resize(TRY_IN(path, file_->read_at(0, std::span<char>(bytes))));
  first_bytes_ = std::move(bytes);
  return {};
}

Result<> TailedFile::open_again() {
  if (file_) return {};
  std::unique_ptr<ReadableFile> file = TRY(disk_->open(path));
  const FileStat stat = TRY_IN(path, file->stat());
  if (stat.id != id_) return Error{Fault::NotFound, path + ": is another file now"};
  file_ = std::move(file);
  const Fingerprint before = Fingerprint::of(first_bytes_);
  TRY(learn_first_bytes());
  if (!before.fits(first_bytes_)) resume({});
  return {};
}

void TailedFile::resume(const FilePosition& position) {
  committed_ = position;
  taken_ = position;
  taken_until_ = std::max(position.streams[0].offset, position.streams[1].offset);
  for (const StreamPosition& stream : position.streams) {
    if (stream.bytes_taken > 0) taken_until_ = std::max(taken_until_, stream.offset + 1);
  }
  offset_ = position.lowest_offset();
  long_line.reset();
}

Result<bool> TailedFile::restart_if_truncated() {
  TRY(open_again());
  const FileStat stat = TRY_IN(path, file_->stat());
  if (stat.bytes >= offset_) return false;
  resume({});
  TRY(learn_first_bytes());
  return true;
}

bool TailedFile::is_taken(Stream stream, std::uint64_t offset, RecordAssembler& assembler) {
  const StreamPosition& taken = taken_.of(stream);
  if (offset < taken.offset) return true;
  if (offset == taken.offset && taken.bytes_taken > 0) assembler.resume(stream, taken);
  return false;
}

Result<TailedFile::Chunk> TailedFile::read(std::span<char> buffer) {
  TRY(open_again());
  const std::size_t bytes = TRY_IN(path, file_->read_at(offset_, buffer));
  Chunk chunk{.offset = offset_};
  const std::string_view read(buffer.data(), bytes);
  if (long_line) {
    const std::size_t newline = read.find('\n');
    chunk.is_piece = true;
    chunk.ends_line = newline != std::string_view::npos;
    chunk.bytes = read.substr(0, newline);
    offset_ += chunk.bytes.size() + (chunk.ends_line ? 1 : 0);
    return chunk;
  }
  const void* const last_newline = bytes == 0 ? nullptr : ::memrchr(buffer.data(), '\n', bytes);
  if (last_newline != nullptr) {
    chunk.bytes =
        read.substr(0, static_cast<std::size_t>(static_cast<const char*>(last_newline) - buffer.data()) + 1);
  } else if (bytes == buffer.size()) {
    chunk.bytes = read;
    chunk.is_piece = true;
    chunk.ends_line = false;
  }
  offset_ += chunk.bytes.size();
  return chunk;
}

Result<TailedFile::Chunk> TailedFile::read_rest(std::span<char> buffer) {
  TRY(open_again());
  const std::size_t bytes = TRY_IN(path, file_->read_at(offset_, buffer));
  Chunk chunk{
      .bytes = std::string_view(buffer.data(), bytes), .offset = offset_, .is_piece = long_line.has_value()};
  offset_ += bytes;
  return chunk;
}

FilePosition TailedFile::position(const RecordAssembler& assembler) const {
  FilePosition position;
  for (const Stream stream : {Stream::Stdout, Stream::Stderr}) {
    position.of(stream) = assembler.position(stream, number_, offset_);
    // While resuming, a stream can still be ahead of what is read.
    const StreamPosition& taken = taken_.of(stream);
    if (taken.offset > position.of(stream).offset ||
        (taken.offset == position.of(stream).offset && taken.bytes_taken > position.of(stream).bytes_taken)) {
      position.of(stream) = taken;
    }
  }
  return position;
}

Result<CoveredFile> TailedFile::cover(const RecordAssembler& assembler) {
  if (first_bytes_.size() < Fingerprint::kBytesMax && offset_ > first_bytes_.size() && file_) {
    TRY(learn_first_bytes());
  }
  return CoveredFile{
      .id = id_, .fingerprint = Fingerprint::of(first_bytes_), .position = position(assembler), .path = path};
}

}  // namespace headgate::collect
