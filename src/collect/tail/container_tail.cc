#include "collect/tail/container_tail.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "collect/tail/cri_line.h"

namespace headgate::collect {
namespace {

constexpr std::array kStreams{Stream::Stdout, Stream::Stderr};

}  // namespace

ContainerTail::ContainerTail(Disk& disk, Decompressors& decompressors, RecordOrigin origin, Options options)
    : options_(options),
      origin_(std::move(origin)),
      assembler_(options.record_bytes_max, options.joining, options.time_window),
      files_(disk, decompressors, assembler_, options.links) {}

Result<ContainerTail::Read> ContainerTail::read(std::span<char> buffer, Batch& batch, SteadyTime now) {
  Read read;
  unended_until_ = SteadyTime::max();
  const std::uint64_t joined = joiner().joined();
  for (std::size_t index = 0; index < files_.size(); ++index) {
    if (files_.must_wait(index)) {
      read.must_wait = true;
      break;
    }
    const Step step = TRY(read_file(index, buffer, batch, read, now));
    if (step == Step::AtEnd) continue;
    read.more = step == Step::Read;  // the same file again, before the ones after it
    read.must_wait = step == Step::Wait;
    break;
  }
  // Nothing will complete the records that are open: their run has no later file, and its last one has ended.
  const TailedFile* const last = files_.end_of_run(last_restart_);
  const bool is_over = last != nullptr && !files_.is_stale() && !read.more && !read.must_wait &&
                       last->is_finished() && last->quiet_for(now) >= options_.quiet_min;
  if (is_over) TRY(end_records(batch, read.counts));
  // Only after reading: the lines that continue a record may have been in the file for long.
  for (const Stream stream : kStreams) TRY(add(assembler_.end_aged(stream, now), batch, read.counts));
  TRY(end_unended(batch, read.counts, now));
  read.counts.joined = joiner().joined() - joined;
  read.counts.truncations = files_.take_truncations();
  files_.drop_done();
  read.counts.files_lost = files_.take_files_lost();
  return read;
}

Result<ContainerTail::Step> ContainerTail::failed(const Error& error, Read& read) const {
  if (error.fault != Fault::NotFound) read.unreadable.push_back(error);
  return error.fault == Fault::Retry ? Step::Wait : Step::AtEnd;
}

Result<ContainerTail::Step> ContainerTail::read_file(std::size_t index, std::span<char> buffer, Batch& batch,
                                                     Read& read, SteadyTime now) {
  TailedFile& file = files_[index];
  switch (file.state()) {
    case TailedFile::State::Reading:
      break;
    case TailedFile::State::Finished:
    case TailedFile::State::GivenUp:
      return Step::AtEnd;
    case TailedFile::State::Truncated:
      read.must_look = true;
      return Step::Wait;
    case TailedFile::State::NoCopyFound:
      return give_up(file, batch, read);
  }
  if (file.is_gzip() && !file.may_decompress()) return Step::Wait;
  const Result<bool> rewritten = file.is_rewritten();  // also when it has grown beyond our offset again
  if (!rewritten.ok()) return failed(rewritten.error(), read);
  if (*rewritten) return take_truncation(index, read);
  const Result<bool> has_begun = file.has_begun();
  if (!has_begun.ok()) return failed(has_begun.error(), read);
  if (*has_begun) {  // earlier content may have been copied and truncated without being seen
    read.must_look = true;
    return Step::Wait;
  }
  if (file.content() != TailedFile::Content::Log) {
    const Step judged = TRY(judge(file, buffer, read, now));
    if (judged != Step::Read) return judged;
  }
  const Result<TailedFile::Chunk> chunk = file.read(buffer);
  if (!chunk.ok()) return failed(chunk.error(), read);
  if (chunk->is_hole) {
    ++read.counts.damaged;
    return Step::Read;
  }
  if (chunk->bytes.empty() && !(chunk->is_piece && chunk->ends_line)) {
    return reach_end(index, buffer, batch, read, now);
  }
  file.note_growth();
  if (is_of_later_run(file)) {
    // The rest of the older files is read into the buffer, so this chunk is read again.
    file.unread(*chunk);
    TRY(begin_restart(index, buffer, batch, read));
    return Step::Read;
  }
  if (!last_restart_) last_restart_ = file.name().restart;
  read.counts.bytes += chunk->bytes.size();
  TRY(chunk->is_piece ? take_piece(file, *chunk, batch, read.counts)
                      : take_lines(file, *chunk, batch, read.counts));
  return Step::Read;
}

// Step::Read: the file is a log, or empty.
Result<ContainerTail::Step> ContainerTail::judge(TailedFile& file, std::span<char> buffer, Read& read,
                                                 SteadyTime now) {
  const bool was_foreign = file.content() == TailedFile::Content::Foreign;
  const Result<TailedFile::Content> content = file.judge(buffer);
  if (!content.ok()) return failed(content.error(), read);
  if (*content == TailedFile::Content::Log) return Step::Read;
  if (*content == TailedFile::Content::Unknown) {
    file.note_end(now);
    if (!was_foreign && file.quiet_for(now) < options_.quiet_min) return Step::AtEnd;
    file.take_for_foreign();
  }
  file.rest_decompressor();
  file.finish();
  if (was_foreign) return Step::AtEnd;
  ++read.counts.files_foreign;
  read.unreadable.push_back(
      {Fault::Invalid, file.path() + ": none of its first lines is a CRI line: it is not delivered"});
  return Step::AtEnd;
}

Result<ContainerTail::Step> ContainerTail::reach_end(std::size_t index, std::span<char> buffer, Batch& batch,
                                                     Read& read, SteadyTime now) {
  TailedFile& file = files_[index];
  const Result<bool> truncated = file.is_shorter_or_rewritten();
  if (!truncated.ok()) return failed(truncated.error(), read);
  if (*truncated) return take_truncation(index, read);
  file.note_end(now);
  if (files_.is_written(index)) {
    TRY(take_half_line(index, buffer, batch, read, now));
    return Step::AtEnd;
  }
  if (!file.is_gzip() && file.quiet_for(now) < options_.quiet_min) return Step::AtEnd;
  if (TRY(take_rest(index, buffer, batch, read)) == Step::Wait) return Step::Wait;
  if (const std::optional<Error> damage = file.take_damage()) {
    ++read.counts.archives_damaged;
    read.unreadable.push_back(*damage);
  }
  file.rest_decompressor();
  file.finish();
  return Step::AtEnd;
}

// A copy was finished before the file was truncated, so a listing from now on shows it.
Result<ContainerTail::Step> ContainerTail::take_truncation(std::size_t index, Read& read) {
  files_.split_truncated(index);
  read.must_look = true;
  return Step::Wait;
}

// There is no copy of a truncated file: what was not read of it is lost, and its open records end as they
// are.
Result<ContainerTail::Step> ContainerTail::give_up(TailedFile& file, Batch& batch, Read& read) {
  TRY(end_records(batch, read.counts));
  file.finish();
  return Step::AtEnd;
}

Result<> ContainerTail::take_lines(TailedFile& file, const TailedFile::Chunk& chunk, Batch& batch,
                                   ReadCounts& counts) {
  std::string_view rest = chunk.bytes;
  std::uint64_t offset = chunk.offset;
  const bool has_nul = std::memchr(rest.data(), '\0', rest.size()) != nullptr;
  while (!rest.empty()) {
    const auto* newline = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
    const std::size_t bytes = static_cast<std::size_t>(newline - rest.data());
    TRY(has_nul ? take_torn(file, rest.substr(0, bytes), offset, batch, counts)
                : take_line(file, rest.substr(0, bytes), offset, batch, counts));
    rest.remove_prefix(bytes + 1);
    offset += bytes + 1;
  }
  return {};
}

Result<> ContainerTail::take_line(TailedFile& file, std::string_view line, std::uint64_t offset, Batch& batch,
                                  ReadCounts& counts) {
  const std::optional<CriLine> parsed = parse_cri_line(line);
  if (!parsed) [[unlikely]] {
    if (file.may_be_taken(offset) && file.is_taken(Stream::Stdout, offset, assembler_)) return {};
    if (is_after_end()) return {};
    // It counts as a line of stdout: a record that began before it must not be delivered after it.
    TRY(add(assembler_.end(Stream::Stdout), batch, counts));
    ++counts.damaged;
    ++counts.records;
    const Timestamp at = time_of_damaged(file);
    return batch.add(origin_, Record{.at = at, .ingested_at = at, .message = line, .is_damaged = true});
  }
  last_at_ = parsed->at;
  file.note_line(parsed->stream, parsed->at);
  if (file.may_be_taken(offset) && file.is_taken(parsed->stream, offset, assembler_)) return {};
  if (is_after_end()) [[unlikely]]
    return {};
  if (parsed->is_partial) has_piece_[static_cast<std::size_t>(parsed->stream)] = true;
  return add(assembler_.take({.origin = {.file = file.number(), .offset = offset},
                              .at = parsed->at,
                              .stream = parsed->stream,
                              .is_partial = parsed->is_partial,
                              .text = parsed->text}),
             batch, counts);
}

Result<> ContainerTail::take_piece(TailedFile& file, const TailedFile::Chunk& chunk, Batch& batch,
                                   ReadCounts& counts) {
  std::string_view text = chunk.bytes;
  bool is_new_damaged = false;
  if (!file.long_line()) {
    const std::optional<CriLine> parsed = parse_cri_line(chunk.bytes);
    is_new_damaged = !parsed;
    if (parsed) {
      file.begin_long_line({.at = parsed->at, .stream = parsed->stream, .is_partial = parsed->is_partial});
      file.note_line(parsed->stream, parsed->at);
      text = parsed->text;
    } else {
      file.begin_long_line({.at = time_of_damaged(file), .is_damaged = true});
      ++counts.damaged;
    }
    last_at_ = file.long_line()->at;
  }
  const TailedFile::LongLine line = *file.long_line();
  if (chunk.ends_line) file.end_long_line();
  if (file.may_be_taken(chunk.offset) && file.is_taken(line.stream, chunk.offset, assembler_)) return {};
  if (is_after_end()) return {};
  // A line without a header continues no open record.
  if (is_new_damaged) TRY(add(assembler_.end(line.stream), batch, counts));
  has_piece_[static_cast<std::size_t>(line.stream)] = true;
  return add(assembler_.take({.origin = {.file = file.number(), .offset = chunk.offset},
                              .at = line.at,
                              .stream = line.stream,
                              .is_partial = line.is_partial || !chunk.ends_line,
                              .is_damaged = line.is_damaged,
                              .text = text}),
             batch, counts);
}

Result<> ContainerTail::add(std::span<const Record> records, Batch& batch, ReadCounts& counts) {
  for (const Record& record : records) {
    TRY(batch.add(origin_, record));
    ++counts.records;
    if (record.part > 0) ++counts.split;
    if (record.is_time_ignored) ++counts.times_ignored;
  }
  assembler_.drop_given();
  return {};
}

// Lines without a time get that of the line before, or else of the file's last change.
Timestamp ContainerTail::time_of_damaged(const TailedFile& file) const {
  return last_at_ != Timestamp() ? last_at_ : Timestamp{file.modified_ns()};
}

void ContainerTail::cover(std::vector<CoveredFile>& covers) const {
  for (const TailedFile& file : files_) {
    if (!file.is_committed(assembler_)) covers.push_back(file.cover(assembler_, until(file)));
  }
}

void ContainerTail::commit() {
  for (TailedFile& file : files_) file.commit(assembler_, until(file));
  files_.drop_done();
}

// Up to which time lines are in batches: those read, but not those held.
TailedFile::LineTimes ContainerTail::until(const TailedFile& file) const {
  TailedFile::LineTimes until = file.last_line_at();
  for (const Stream stream : kStreams) {
    const std::optional<Timestamp> held = assembler_.held_since(stream);
    Timestamp& last = until[static_cast<std::size_t>(stream)];
    if (held) last = std::min(last, *held - std::chrono::nanoseconds{1});
  }
  return until;
}

void ContainerTail::rewind() {
  assembler_.reset();
  last_restart_.reset();
  for (TailedFile& file : files_) file.rewind();
}

bool ContainerTail::is_waiting() const {
  for (std::size_t index = 0; index < files_.size(); ++index) {
    const TailedFile& file = files_[index];
    const bool is_unknown = file.content() == TailedFile::Content::Unknown && file.unread_bytes() > 0;
    if (!file.is_finished() && (is_unknown || !files_.is_written(index))) return true;
  }
  return files_.end_of_run(last_restart_) != nullptr &&
         (assembler_.is_open(Stream::Stdout) || assembler_.is_open(Stream::Stderr));
}

Timestamp ContainerTail::read_until() const {
  if (last_at_ != Timestamp()) return last_at_;
  for (const TailedFile& file : files_) {
    if (!file.is_finished() && file.unread_bytes() > 0) return Timestamp{file.modified_ns()};
  }
  return last_at_;
}

}  // namespace headgate::collect
