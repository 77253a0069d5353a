#include "collect/container_tail.h"

#include <algorithm>
#include <cstring>

namespace headgate::collect {
namespace {

constexpr SteadyTime kNotQuiet = SteadyTime::min();

}  // namespace

ContainerTail::ContainerTail(Disk& disk, const RecordFrame& frame, Options options)
    : disk_(disk), options_(options), frame_(frame), assembler_(options.record_bytes_max) {}

std::vector<Error> ContainerTail::see(const SeenContainer& seen, const Checkpoints& resume, Start start) {
  std::vector<Error> unreadable;
  for (TailedFile& file : files_) ++file.scans_missed;
  listed_bytes_ = 0;
  for (const SeenFile& listed : seen.files) {
    if (listed.name.is_gzip) continue;  // its lines were read before it was compressed
    listed_bytes_ += listed.stat.bytes;
    const auto known = std::find_if(files_.begin(), files_.end(),
                                    [&](const TailedFile& file) { return file.id() == listed.stat.id; });
    if (known != files_.end()) {
      const bool is_changed = known->name.rotated_at != listed.name.rotated_at ||
                              known->name.restart != listed.name.restart ||
                              known->offset() != listed.stat.bytes;
      if (is_changed) known->quiet_since = kNotQuiet;
      known->name = listed.name;
      known->path = listed.path;
      known->scans_missed = 0;
      continue;
    }
    Result<TailedFile> opened = TailedFile::open(disk_, listed, next_number_++);
    if (!opened.ok()) {
      const Fault fault = opened.error().fault;
      if (fault != Fault::NotFound) unreadable.push_back(std::move(opened).error());
      if (fault == Fault::Retry) break;  // later files wait for it: a record may go on from it into them
      continue;
    }
    if (follows(opened->id())) continue;  // renamed since it was listed; the next scan says to what
    if (const CoveredFile* covered = resume.find(opened->id(), opened->first_bytes())) {
      opened->resume(covered->position);
    } else if (start == Start::End) {
      FilePosition end;
      for (StreamPosition& stream : end.streams) stream.offset = listed.stat.bytes;
      opened->resume(end);
    }
    opened->quiet_since = kNotQuiet;
    files_.push_back(std::move(opened).value());
  }
  std::stable_sort(files_.begin(), files_.end(), [](const TailedFile& left, const TailedFile& right) {
    return is_older(left.name, right.name);
  });
  return unreadable;
}

void ContainerTail::see_nothing() {
  for (TailedFile& file : files_) ++file.scans_missed;
  listed_bytes_ = 0;
}

Result<ContainerTail::Read> ContainerTail::read(std::span<char> buffer, OpenBatch& batch, SteadyTime now) {
  Read read;
  for (std::size_t index = 0; index < files_.size(); ++index) {
    const bool is_last = index + 1 == files_.size();
    const Step step = TRY(read_file(files_[index], is_last, buffer, batch, read, now));
    if (step == Step::AtEnd) continue;
    read.more = step == Step::Read;  // the same file again, before the ones after it
    break;
  }
  let_go();
  return read;
}

Result<ContainerTail::Step> ContainerTail::read_file(TailedFile& file, bool is_last, std::span<char> buffer,
                                                     OpenBatch& batch, Read& read, SteadyTime now) {
  const bool is_written = file.is_listed() && is_last;
  if (!file.is_open() && !is_written && file.quiet_since != kNotQuiet) return Step::AtEnd;
  const Result<TailedFile::Chunk> chunk = file.read(buffer);
  if (!chunk.ok()) {
    if (chunk.error().fault != Fault::NotFound) read.unreadable.push_back(chunk.error());
    return chunk.error().fault == Fault::Retry ? Step::Wait : Step::AtEnd;
  }
  if (!chunk->bytes.empty() || (chunk->is_piece && chunk->ends_line)) {
    file.quiet_since = kNotQuiet;
    read.counts.bytes += chunk->bytes.size();
    TRY(chunk->is_piece ? take_piece(file, *chunk, batch, read.counts)
                        : take_lines(file, *chunk, batch, read.counts));
    return Step::Read;
  }
  const Result<bool> restarted = file.restart_if_truncated();
  if (!restarted.ok()) {
    if (restarted.error().fault != Fault::NotFound) read.unreadable.push_back(restarted.error());
    return restarted.error().fault == Fault::Retry ? Step::Wait : Step::AtEnd;
  }
  if (*restarted) {
    ++read.counts.truncations;
    for (const Stream stream : {Stream::Stdout, Stream::Stderr}) {
      TRY(add(assembler_.end(stream), batch, read.counts));
    }
    return Step::Read;
  }
  if (file.quiet_since == kNotQuiet) {
    file.quiet_since = now;
  } else if (!is_written && now - file.quiet_since >= options_.quiet_min) {
    TRY(finish(file, is_last, buffer, batch, read.counts));
  }
  return Step::AtEnd;
}

Result<> ContainerTail::take_lines(TailedFile& file, const TailedFile::Chunk& chunk, OpenBatch& batch,
                                   ReadCounts& counts) {
  std::string_view rest = chunk.bytes;
  std::uint64_t offset = chunk.offset;
  while (!rest.empty()) {
    const auto* newline = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
    const std::size_t bytes = static_cast<std::size_t>(newline - rest.data());
    TRY(take_line(file, rest.substr(0, bytes), offset, batch, counts));
    rest.remove_prefix(bytes + 1);
    offset += bytes + 1;
  }
  return {};
}

Result<> ContainerTail::take_line(TailedFile& file, std::string_view line, std::uint64_t offset,
                                  OpenBatch& batch, ReadCounts& counts) {
  const std::optional<CriLine> parsed = parse_cri_line(line);
  if (!parsed) [[unlikely]] {
    if (file.may_be_taken(offset) && file.is_taken(Stream::Stdout, offset, assembler_)) return {};
    ++counts.damaged;
    ++counts.records;
    return batch.add(frame_,
                     Record{.at = last_at_, .ingested_at = last_at_, .message = line, .is_damaged = true});
  }
  last_at_ = parsed->at;
  if (file.may_be_taken(offset) && file.is_taken(parsed->stream, offset, assembler_)) return {};
  return add(assembler_.take({.origin = {.file = file.number(), .offset = offset},
                              .at = parsed->at,
                              .stream = parsed->stream,
                              .is_partial = parsed->is_partial,
                              .text = parsed->text}),
             batch, counts);
}

Result<> ContainerTail::take_piece(TailedFile& file, const TailedFile::Chunk& chunk, OpenBatch& batch,
                                   ReadCounts& counts) {
  std::string_view text = chunk.bytes;
  if (!file.long_line) {
    const std::optional<CriLine> parsed = parse_cri_line(chunk.bytes);
    file.long_line = parsed.value_or(CriLine{.at = last_at_, .text = chunk.bytes});
    file.long_line_is_damaged = !parsed;
    if (!parsed) ++counts.damaged;
    text = file.long_line->text;
    last_at_ = file.long_line->at;
  }
  const CriLine line = *file.long_line;
  const bool is_damaged = file.long_line_is_damaged;
  if (chunk.ends_line) file.long_line.reset();
  if (file.may_be_taken(chunk.offset) && file.is_taken(line.stream, chunk.offset, assembler_)) return {};
  return add(assembler_.take({.origin = {.file = file.number(), .offset = chunk.offset},
                              .at = line.at,
                              .stream = line.stream,
                              .is_partial = line.is_partial || !chunk.ends_line,
                              .is_damaged = is_damaged,
                              .text = text}),
             batch, counts);
}

Result<> ContainerTail::add(std::span<const Record> records, OpenBatch& batch, ReadCounts& counts) {
  for (const Record& record : records) {
    TRY(batch.add(frame_, record));
    ++counts.records;
    if (record.part > 0) ++counts.split;
  }
  return {};
}

// The file is no longer written and its end has been still: what is left without a newline is a line, and
// what is open will not be completed unless a later file goes on with it.
Result<> ContainerTail::finish(TailedFile& file, bool is_last, std::span<char> buffer, OpenBatch& batch,
                               ReadCounts& counts) {
  const TailedFile::Chunk rest = TRY(file.read_rest(buffer));
  if (!rest.bytes.empty()) {
    counts.bytes += rest.bytes.size();
    TRY(rest.is_piece ? take_piece(file, rest, batch, counts)
                      : take_line(file, rest.bytes, rest.offset, batch, counts));
  }
  if (is_last) {
    for (const Stream stream : {Stream::Stdout, Stream::Stderr}) {
      TRY(add(assembler_.end(stream), batch, counts));
    }
  }
  return {};
}

// A file that is not written any more and wholly in sealed batches costs no descriptor; without a name it is
// forgotten.
void ContainerTail::let_go() {
  for (std::size_t index = 0; index < files_.size(); ++index) {
    TailedFile& file = files_[index];
    const bool is_written = file.is_listed() && index + 1 == files_.size();
    const bool is_quiet = file.quiet_since != kNotQuiet;
    if (!is_written && is_quiet && file.is_spent(assembler_)) file.close();
  }
  std::erase_if(files_, [](const TailedFile& file) { return !file.is_listed() && !file.is_open(); });
}

Result<void> ContainerTail::cover(std::vector<CoveredFile>& covers) {
  for (TailedFile& file : files_) {
    if (!file.is_committed(assembler_)) covers.push_back(TRY(file.cover(assembler_)));
  }
  return {};
}

void ContainerTail::commit() {
  for (TailedFile& file : files_) file.commit(assembler_);
}

void ContainerTail::rewind() {
  assembler_.reset();
  for (TailedFile& file : files_) {
    file.rewind();
    file.quiet_since = kNotQuiet;
  }
}

bool ContainerTail::is_done() const {
  return files_.empty();
}

std::size_t ContainerTail::open_files() const {
  return static_cast<std::size_t>(
      std::count_if(files_.begin(), files_.end(), [](const TailedFile& file) { return file.is_open(); }));
}

bool ContainerTail::follows(FileId id) const {
  return std::any_of(files_.begin(), files_.end(), [&](const TailedFile& file) { return file.id() == id; });
}

std::uint64_t ContainerTail::unread_bytes() const {
  std::uint64_t read = 0;
  for (const TailedFile& file : files_) {
    if (file.is_listed()) read += file.offset();
  }
  return listed_bytes_ > read ? listed_bytes_ - read : 0;
}

}  // namespace headgate::collect
