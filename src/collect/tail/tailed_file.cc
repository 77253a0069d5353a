#include "collect/tail/tailed_file.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "collect/tail/cri_line.h"
#include "collect/tail/resume_point.h"

namespace headgate::collect {
namespace {

constexpr std::uint64_t kHoleBytesMax = 16U << 20U;

// A full buffer without a newline that ends in many NULs holds a line whose end the disk lost. Returns where
// the NULs begin, or npos.
std::size_t torn_at(std::string_view read, std::size_t buffer_bytes) {
  constexpr std::size_t kHoleBytesMin = 1024;
  if (read.size() < buffer_bytes || read.find('\n') != std::string_view::npos) return std::string_view::npos;
  const std::size_t end = read.find_last_not_of('\0') + 1;  // 0 when there is nothing else
  return read.size() - end >= kHoleBytesMin ? end : std::string_view::npos;
}

}  // namespace

Result<TailedFile> TailedFile::open(Disk& disk, Decompressors& decompressors, const SeenFile& seen,
                                    std::uint64_t number) {
  TailedFile file(disk, decompressors, seen, number);
  file.file_ = TRY(disk.open(seen.path));
  const FileStat stat = TRY_IN(seen.path, file.file_->stat());
  file.id_ = stat.id;  // what was opened, should the name have moved since it was seen
  file.take_listing(seen);
  TRY(file.learn_first_bytes());
  if (file.is_gzip()) {
    file.content_bytes_ = TRY_IN(seen.path, gzip_content_bytes(*file.file_)).value_or(0);
  }
  return file;
}

Result<std::string> TailedFile::read_first_bytes() {
  std::string bytes(Fingerprint::kBytesMax, '\0');
  if (is_gzip()) {
    Decompressors one;  // for a moment
    GzipContent content(*file_, one);
    bytes.resize(TRY_IN(path_, content.read_at(0, std::span<char>(bytes))));
  } else {
    bytes.resize(TRY_IN(path_, file_->read_at(0, std::span<char>(bytes))));
  }
  return bytes;
}

Result<> TailedFile::learn_first_bytes() {
  first_bytes_ = TRY(read_first_bytes());
  return {};
}

Result<> TailedFile::open_again() {
  if (file_) return {};
  std::unique_ptr<ReadableFile> file = TRY(disk_->open(path_));
  const FileStat stat = TRY_IN(path_, file->stat());
  if (stat.id != id_) return Error{Fault::NotFound, path_ + ": is another file now"};
  file_ = std::move(file);
  const Fingerprint before = Fingerprint::of(first_bytes_);
  Result<> learnt = learn_first_bytes();
  if (!learnt.ok()) {
    file_.reset();
    return learnt;
  }
  if (!before.fits(first_bytes_)) {
    resume({});
    content_kind_ = Content::Unknown;
  }
  return {};
}

void TailedFile::close() {
  content_.reset();
  file_.reset();
  if (archive_) become_archive();
}

bool TailedFile::is(const SeenFile& listed) const {
  return is_same_file({.id = id_,
                       .name = name_,
                       .is_open = is_open(),
                       .is_truncated = is_truncated(),
                       .archive = archive_ ? std::optional(archive_->stat.id) : std::nullopt},
                      listed);
}

void TailedFile::take_listing(const SeenFile& listed) {
  scans_missed_ = 0;
  if (listed.name.is_gzip != is_gzip()) {  // its archive knows when it was rotated; the file has no name now
    name_.restart = listed.name.restart;
    name_.rotated_at = listed.name.rotated_at;
    return;
  }
  // An unfinished line at its end is not read for long: a file that is listed as before is quiet all the
  // same.
  const bool is_changed = state_ == State::Finished || !is_as_listed(listed);
  if (!is_gzip() && is_changed && !is_read_as_listed(listed)) {
    note_growth();
    read_again();
  }
  name_ = listed.name;
  path_ = listed.path;
  is_link_ = listed.is_link;
  is_deleted_ = false;
  modified_ns_ = listed.stat.modified_ns;
  if (!is_gzip()) content_bytes_ = listed.stat.bytes;
}

bool TailedFile::has_name_of(const SeenFile& listed) const {
  return name_.rotated_at == listed.name.rotated_at && name_.restart == listed.name.restart;
}

// Nothing happened to it since the listing before.
bool TailedFile::is_as_listed(const SeenFile& listed) const {
  return has_name_of(listed) && content_bytes_ == listed.stat.bytes &&
         modified_ns_ == listed.stat.modified_ns;
}

// Nothing happened to it since it was read to where we are.
bool TailedFile::is_read_as_listed(const SeenFile& listed) const {
  if (!has_name_of(listed)) return false;
  const std::uint64_t bytes = listed.stat.bytes;
  return offset_ == bytes || (content_kind_ == Content::Foreign && judged_bytes_ == bytes) ||
         (is_copy_ && offset_ > bytes && content_bytes_ == bytes);
}

void TailedFile::read_again() {
  if (state_ == State::Finished) state_ = State::Reading;
  if (state_ == State::GivenUp) state_ = State::NoCopyFound;
}

Result<KnownFile> TailedFile::as_known(std::string& storage) {
  // The file may have been truncated and written anew since it was read, or have grown.
  storage = first_bytes_;
  if (!is_gzip() && !is_truncated()) {
    const Result<> opened = open_again();
    if (!opened.ok() && opened.error().fault != Fault::NotFound) return opened.error();
    if (opened.ok()) storage = TRY(read_first_bytes());
    // Nothing of it was read, so these are its first bytes: a truncation before it is read shows by them.
    if (first_bytes_.empty() && offset_ == 0) first_bytes_ = storage;
  }
  return KnownFile{
      .name = name_, .first_bytes = storage, .is_truncated = is_truncated(), .is_missing = is_missing()};
}

Result<bool> TailedFile::has_begun() {
  if (is_gzip() || offset_ > 0 || !first_bytes_.empty()) return false;
  TRY(open_again());
  TRY(learn_first_bytes());
  return !first_bytes_.empty();
}

TailedFile TailedFile::begin_anew(std::uint64_t number, std::string rotated_at) {
  TailedFile anew(*disk_, *decompressors_, {.name = name_, .path = path_, .stat = {.id = id_}}, number);
  anew.file_ = std::move(file_);
  anew.content_bytes_ = content_bytes_;
  anew.modified_ns_ = modified_ns_;
  anew.scans_missed_ = scans_missed_;
  name_.rotated_at = std::move(rotated_at);
  content_bytes_ = 0;
  state_ = State::Truncated;
  return anew;
}

void TailedFile::continue_in(TailedFile other) {
  content_.reset();
  archive_.reset();
  file_ = std::move(other.file_);
  name_ = other.name_;
  path_ = other.path_;
  id_ = other.id_;
  first_bytes_ = other.first_bytes_;
  content_bytes_ = other.content_bytes_;
  modified_ns_ = other.modified_ns_;
  scans_missed_ = 0;
  is_damage_told_ = false;
  is_copy_ = !name_.rotated_at.empty();
  state_ = State::Reading;
  note_growth();
}

void TailedFile::take_archive(const SeenFile& archive) {
  archive_ = archive;
  if (!file_) become_archive();
}

void TailedFile::become_archive() {
  name_ = archive_->name;
  path_ = archive_->path;
  id_ = archive_->stat.id;
  archive_.reset();
}

Result<bool> TailedFile::ends_at(const FilePosition& position) const {
  const std::uint64_t offset = position.lowest_offset();
  for (const StreamPosition& stream : position.streams) {
    if (stream.offset != offset || stream.bytes_taken > 0) return false;
  }
  const std::optional<std::uint32_t> bytes = TRY_IN(path_, gzip_content_bytes(*file_));
  return bytes && *bytes == static_cast<std::uint32_t>(offset);
}

Result<TailedFile::Content> TailedFile::judge(std::span<char> buffer) {
  const bool is_decided = content_kind_ == Content::Foreign && judged_bytes_ >= kFirstLinesBytes;
  if (content_kind_ == Content::Log || is_decided) return content_kind_;
  buffer = buffer.first(std::min(buffer.size(), kFirstLinesBytes));
  std::string_view text;
  // NULs at its beginning tell nothing; beyond kHoleBytesMax of them nothing else is looked for.
  for (std::uint64_t at = 0; at <= kHoleBytesMax; at += text.size()) {
    text = {buffer.data(), TRY(read_at(at, buffer))};
    if (text.empty() || text.find_first_not_of('\0') != std::string_view::npos || is_gzip()) break;
  }
  judged_bytes_ = is_gzip() ? kFirstLinesBytes : std::max(TRY_IN(path_, file_->stat()).bytes, offset_);
  if (text.empty()) return Content::Log;
  const bool is_more = text.size() == buffer.size();
  for (std::size_t lines = 0; !text.empty(); ++lines) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (parse_cri_line(line.substr(std::min(line.find_first_not_of('\0'), line.size())))) {
      return content_kind_ = Content::Log;
    }
    if (lines >= kFirstLines || (end == std::string_view::npos && is_more))
      return content_kind_ = Content::Foreign;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return content_kind_ = Content::Unknown;
}

std::optional<Error> TailedFile::take_damage() {
  if (!content_ || !content_->damage() || is_damage_told_) return std::nullopt;
  is_damage_told_ = true;
  return Error(*content_->damage()).in(path_);
}

void TailedFile::resume(const FilePosition& position) {
  committed_ = position;
  taken_ = position;
  taken_until_ = std::max(position.streams[0].offset, position.streams[1].offset);
  for (const StreamPosition& stream : position.streams) {
    if (stream.bytes_taken > 0) taken_until_ = std::max(taken_until_, stream.offset + 1);
  }
  offset_ = position.lowest_offset();
  read_again();
  long_line_.reset();
}

void TailedFile::resume_copy(const FilePosition& position) {
  is_copy_ = true;
  resume(position);
}

void TailedFile::rewind() {
  last_line_at_ = {};
  if (!is_open() && !is_truncated()) return;  // all of it is in sealed batches
  resume(FilePosition(committed_));
  note_growth();
}

Result<> TailedFile::resume_checked(const CoveredFile& covered) {
  FilePosition position = covered.position;
  if (!is_gzip()) {
    TRY(open_again());
    const std::uint64_t bytes = TRY_IN(path_, file_->stat()).bytes;
    const std::uint64_t read =
        std::max({position.streams[0].offset, position.streams[1].offset, covered.end_offset});
    // A copy that is being made is shorter too. A rotated file gets no lines after its end.
    is_copy_ = bytes < read && !name_.rotated_at.empty();
    if (!is_copy_ && (bytes < read || !TRY_IN(path_, ends_as(*file_, covered)))) {
      const bool is_timed = covered.until != LineTimes{};
      if (is_timed) position = TRY_IN(path_, find_unread(*file_, covered));
      for (StreamPosition& stream : position.streams) {
        if (stream.offset > bytes) stream = {.offset = bytes};
      }
    }
  }
  resume(position);
  until_ = covered.until;
  return {};
}

Result<bool> TailedFile::is_rewritten() {
  if (is_gzip()) return false;
  TRY(open_again());
  std::array<char, Fingerprint::kBytesMax> begin;
  const std::span<char> known = std::span<char>(begin).first(first_bytes_.size());
  const std::size_t bytes = TRY_IN(path_, file_->read_at(0, known));
  return std::string_view(begin.data(), bytes) != first_bytes_;
}

// The fingerprint is of what was read, never of what was written into its place since.
void TailedFile::learn_more(std::string_view read) {
  if (first_bytes_.size() >= Fingerprint::kBytesMax || offset_ > first_bytes_.size()) return;
  if (is_gzip() || offset_ + read.size() <= first_bytes_.size()) return;
  first_bytes_.resize(static_cast<std::size_t>(offset_));
  first_bytes_ += read.substr(0, Fingerprint::kBytesMax - first_bytes_.size());
}

Result<bool> TailedFile::is_shorter_or_rewritten() {
  if (is_gzip()) return false;
  TRY(open_again());
  const FileStat stat = TRY_IN(path_, file_->stat());
  bytes_at_end_ = stat.bytes;
  return (stat.bytes < offset_ && !is_copy_) || TRY(is_rewritten());
}

std::optional<SteadyTime> TailedFile::half_line_since(SteadyTime now) {
  const std::uint64_t bytes = bytes_at_end_ > offset_ && !is_gzip() ? bytes_at_end_ - offset_ : 0;
  if (std::exchange(half_bytes_, bytes) != bytes) half_since_ = now;
  return bytes == 0 ? std::nullopt : std::optional(half_since_);
}

void TailedFile::look_whether_deleted() {
  if (file_ == nullptr) return;
  const Result<FileStat> stat = file_->stat();
  is_deleted_ = stat.ok() && stat->links == 0;
  if (is_deleted_) deleted_bytes_ = stat->bytes;
}

std::uint64_t TailedFile::count_unread_lines(std::span<char> buffer) {
  constexpr std::uint64_t kCountedBytesMax = 64U << 20U;
  if (content_kind_ == Content::Foreign || archive_ || is_truncated()) return 0;
  if (is_gzip()) return 0;  // it counts as a lost file once it is gone
  const std::uint64_t unread = deleted_bytes_ > offset_ ? deleted_bytes_ - offset_ : 0;
  std::uint64_t counted = 0;
  std::uint64_t lines = 0;
  bool ends_line = true;
  while (counted < std::min(unread, kCountedBytesMax)) {
    const Result<std::size_t> taken = file_->read_at(offset_ + counted, buffer);
    if (!taken.ok() || *taken == 0) break;
    lines +=
        static_cast<std::uint64_t>(std::count(buffer.begin(), buffer.begin() + std::ptrdiff_t(*taken), '\n'));
    ends_line = buffer[*taken - 1] == '\n';
    counted += *taken;
  }
  if (counted == 0) return unread > 0 ? 1 : 0;
  if (counted < unread) lines = static_cast<std::uint64_t>(double(lines) * double(unread) / double(counted));
  return lines + (ends_line ? 0 : 1);
}

Result<std::size_t> TailedFile::read_at(std::uint64_t offset, std::span<char> buffer) {
  TRY(open_again());
  if (!is_gzip()) return TRY_IN(path_, file_->read_at(offset, buffer));
  if (!content_) content_ = std::make_unique<GzipContent>(*file_, *decompressors_);
  return TRY_IN(path_, content_->read_at(offset, buffer));
}

bool TailedFile::is_taken(Stream stream, std::uint64_t offset, RecordAssembler& assembler) {
  const StreamPosition& taken = taken_.of(stream);
  if (offset < taken.offset) return true;
  if (offset == taken.offset && taken.bytes_taken > 0) assembler.resume(stream, taken);
  return false;
}

Result<TailedFile::Chunk> TailedFile::read(std::span<char> buffer) {
  const std::size_t bytes = TRY(read_at(offset_, buffer));
  Chunk chunk{.offset = offset_};
  const std::string_view read(buffer.data(), bytes);
  learn_more(read);
  if (long_line_) {
    const std::size_t newline = read.find('\n');
    if (const std::size_t end = torn_at(read, buffer.size()); end != std::string_view::npos) {
      chunk = {.bytes = read.substr(0, end), .offset = offset_, .is_piece = true};
      offset_ += end;
      return chunk;
    }
    chunk.is_piece = true;
    chunk.ends_line = newline != std::string_view::npos;
    chunk.bytes = read.substr(0, newline);
    offset_ += chunk.bytes.size() + (chunk.ends_line ? 1 : 0);
    return chunk;
  }
  if (bytes > 0 && read.front() == '\0') [[unlikely]] {
    const std::size_t hole = std::min(read.find_first_not_of('\0'), read.size());
    // The newline of a line that holds only NULs is skipped too.
    offset_ += hole + (hole < read.size() && read[hole] == '\n' ? 1 : 0);
    chunk.is_hole = true;
    return chunk;
  }
  const void* const last_newline = bytes == 0 ? nullptr : ::memrchr(buffer.data(), '\n', bytes);
  if (last_newline != nullptr) {
    chunk.bytes =
        read.substr(0, static_cast<std::size_t>(static_cast<const char*>(last_newline) - buffer.data()) + 1);
  } else if (bytes == buffer.size()) {
    const std::size_t end = torn_at(read, buffer.size());
    chunk.bytes = read.substr(0, end);
    chunk.is_piece = true;
    chunk.ends_line = end != std::string_view::npos;
  }
  offset_ += chunk.bytes.size();
  return chunk;
}

Result<TailedFile::Chunk> TailedFile::read_rest(std::span<char> buffer) {
  const std::size_t bytes = TRY(read_at(offset_, buffer));
  learn_more(std::string_view(buffer.data(), bytes));
  Chunk chunk{
      .bytes = std::string_view(buffer.data(), bytes), .offset = offset_, .is_piece = long_line_.has_value()};
  offset_ += bytes;
  return chunk;
}

FilePosition TailedFile::position(const RecordAssembler& assembler) const {
  FilePosition position;
  for (const Stream stream : {Stream::Stdout, Stream::Stderr}) {
    position.of(stream) = assembler.position(stream, number_, offset_);
    // After a resume, one stream can be ahead of what was read.
    const StreamPosition& taken = taken_.of(stream);
    if (taken.offset > position.of(stream).offset ||
        (taken.offset == position.of(stream).offset && taken.bytes_taken > position.of(stream).bytes_taken)) {
      position.of(stream) = taken;
    }
  }
  return position;
}

TailedFile::LineTimes TailedFile::later(const LineTimes& until) const {
  return {std::max(until[0], until_[0]), std::max(until[1], until_[1])};
}

CoveredFile TailedFile::cover(const RecordAssembler& assembler, const LineTimes& until) const {
  CoveredFile covered{
      .id = id_,
      .fingerprint = Fingerprint::of(first_bytes_),
      .position = position(assembler),
      .path = path_,
      .begin = Fingerprint::of(std::string_view(first_bytes_).substr(0, CoveredFile::kBeginBytesMax)),
      .end_offset = is_gzip() ? 0 : offset_,
      .until = later(until)};
  if (is_gzip() || is_truncated() || file_ == nullptr) return covered;
  // Bytes that cannot be read are left out: less is then known of the file after a power loss.
  std::array<char, CoveredFile::kEndBytesMax> bytes;
  const std::size_t wanted = std::min<std::uint64_t>(bytes.size(), offset_);
  const Result<std::size_t> taken = file_->read_at(offset_ - wanted, std::span(bytes).first(wanted));
  if (taken.ok() && *taken == wanted) covered.end = Fingerprint::of({bytes.data(), wanted});
  return covered;
}

}  // namespace headgate::collect
