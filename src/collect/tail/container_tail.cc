#include "collect/tail/container_tail.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace headgate::collect {
namespace {

constexpr SteadyTime kNotQuiet = kLongAgo;
constexpr std::array kStreams{Stream::Stdout, Stream::Stderr};

}  // namespace

ContainerTail::ContainerTail(Disk& disk, Decompressors& decompressors, RecordOrigin origin, Options options)
    : disk_(disk),
      decompressors_(decompressors),
      options_(options),
      origin_(std::move(origin)),
      assembler_(options.record_bytes_max, options.joining, options.time_window) {}

ContainerTail::ScanResult ContainerTail::see(const SeenContainer& seen, const Checkpoints& checkpoints,
                                             std::size_t opened_max) {
  ScanResult result;
  if (!seen.has_hidden) {
    for (TailedFile& file : files_) ++file.scans_missed;
  }
  is_directory_there_ = true;
  unopened_bytes_ = 0;
  std::vector<const SeenFile*> unknown;
  for (const SeenFile& listed : seen.files) {
    const auto known =
        std::find_if(files_.begin(), files_.end(), [&](const TailedFile& file) { return file.is(listed); });
    if (known == files_.end()) {
      if (!listed.is_refused) unknown.push_back(&listed);
      continue;
    }
    // A half line at its end is not read for long: while the file is listed as it was, it is quiet all the
    // same.
    const bool is_changed = known->is_finished || !known->is_as_listed(listed);
    if (!listed.name.is_gzip && is_changed && !known->is_as_read(listed)) {
      known->quiet_since = kNotQuiet;
      known->is_finished = false;
    }
    known->take_listing(listed);
  }
  for (TailedFile& file : files_) {
    if (file.scans_missed > 0) file.look_whether_deleted();
  }
  count_unopened(seen, see_unknown(unknown, checkpoints, opened_max, result), checkpoints);
  std::stable_sort(files_.begin(), files_.end(), [](const TailedFile& left, const TailedFile& right) {
    return is_older(left.name, right.name);
  });
  is_stale_ = result.is_stale;
  are_all_known_ = !is_stale_ && result.unreadable.empty();
  if (!is_stale_) {
    for (TailedFile& file : files_) file.is_looked_for = true;
  }
  return result;
}

// What may have been read before the agent started is not known to be lost.
void ContainerTail::count_unopened(const SeenContainer& seen, std::vector<const SeenFile*> unopened,
                                   const Checkpoints& checkpoints) {
  if (seen.has_hidden) return;
  std::erase_if(unopened, [&](const SeenFile* file) {
    return file->stat.bytes == 0 ||
           (file->name.is_gzip ? checkpoints.has_collected(seen.directory)
                               : checkpoints.may_hold(file->path, file->stat.id, file->stat.bytes));
  });
  files_lost_ += unopened_.see(seen.files, unopened);
}

std::vector<const SeenFile*> ContainerTail::see_unknown(const std::vector<const SeenFile*>& unknown,
                                                        const Checkpoints& checkpoints,
                                                        std::size_t opened_max, ScanResult& result) {
  std::vector<const SeenFile*> unopened;
  // Shorter than a fingerprint, a rotated file can be a copy that is begun and not be known by what it says:
  // until all later files were looked at it is left alone, and so are they.
  std::optional<std::uint64_t> doubtful;
  const SeenFile* first_doubtful = nullptr;
  bool is_for_room = false;
  missing_.reset();
  for (const SeenFile* listed : unknown) {
    const bool may_be_begun = !listed->name.rotated_at.empty() && !listed->name.is_gzip;
    if (may_be_begun && listed->stat.bytes == 0) continue;
    if (may_be_begun && listed->stat.bytes < Fingerprint::kBytesMax && !doubtful) {
      doubtful = next_number_;
      first_doubtful = listed;
    }
    if (opened_max == 0 && !result.is_stale) {
      result.is_stale = true;
      is_for_room = true;  // there may never be enough for all
    }
    // Once one cannot be taken the later ones wait for it: a record may go on from it into them.
    if (!result.is_stale) {
      --opened_max;
      Result<TailedFile> opened = TailedFile::open(disk_, decompressors_, *listed, next_number_++);
      if (opened.ok() && opened->id() == listed->stat.id) {
        adopt(std::move(opened).value(), *listed, checkpoints, result);
        if (result.is_stale) missing_ = listed->name;
        continue;
      }
      const Fault fault = opened.ok() ? Fault::NotFound : opened.error().fault;
      if (fault != Fault::NotFound) result.unreadable.push_back(std::move(opened).error());
      result.is_stale = fault == Fault::NotFound || fault == Fault::Retry;
      if (result.is_stale) missing_ = listed->name;
    }
    unopened_bytes_ += listed->stat.bytes;
    unopened.push_back(listed);
  }
  if (!result.is_stale || !doubtful || is_for_room) return unopened;
  missing_ = first_doubtful->name;
  std::erase_if(files_, [&](const TailedFile& file) {
    if (file.number() < *doubtful) return false;
    unopened_bytes_ += file.unread_bytes();
    return true;
  });
  return unopened;
}

// A file not seen before: new, or one that we know by what it says.
void ContainerTail::adopt(TailedFile opened, const SeenFile& listed, const Checkpoints& checkpoints,
                          ScanResult& result) {
  const Result<bool> is_known = is_taken_over(opened, listed, checkpoints);
  if (!is_known.ok()) {  // reading it twice would be worse than later
    result.unreadable.push_back(is_known.error());
    result.is_stale = true;
    return;
  }
  if (*is_known) return;
  opened.quiet_since = kNotQuiet;
  Result<> resumed;
  const bool is_current = listed.name.rotated_at.empty();
  bool is_new = false;
  const CoveredFile* begun =
      is_current ? checkpoints.find_begun(listed.path, opened.id(), opened.first_bytes()) : nullptr;
  if (begun != nullptr) {
    resumed = opened.resume_checked(*begun);
  } else if (const CoveredFile* own = checkpoints.find(listed.path, opened.id(), opened.first_bytes())) {
    resumed = opened.resume_checked(*own);
  } else if (const CoveredFile* other = checkpoints.find_content(listed.path, opened.first_bytes())) {
    // A copy that is being made is shorter too. What is written now is the file itself, on a device that has
    // another number since the machine was started anew.
    if (is_current) {
      resumed = opened.resume_checked(*other);
    } else {
      opened.resume_copy(other->position);
    }
  } else {
    is_new = true;
  }
  if (!resumed.ok()) {
    result.unreadable.push_back(resumed.error());
    result.is_stale = true;
    return;
  }
  if (opened.is_gzip()) {
    const Result<bool> ends = opened.ends_at(opened.position(assembler_));
    if (!ends.ok()) result.unreadable.push_back(ends.error());
    if (ends.ok() && *ends && opened.offset() > 0) {  // read before: not decompressed again to find its end
      opened.is_finished = true;
      opened.close();
    }
  }
  if (is_new && opened.is_link) look_behind_link(opened, checkpoints, result);
  files_.push_back(std::move(opened));
}

// Whether the file is known by its content: gzipped, it takes the place of the plain one; as a copy of a file
// that was truncated since, it is gone on in; and of two that say the same the longer one is read, or else
// the one with the later name: a copy that is under way, or that nobody finished, is shorter and has an
// earlier one. A file that is written now may hold half a line: it is not the begin of an older one.
Result<bool> ContainerTail::is_taken_over(TailedFile& opened, const SeenFile& listed,
                                          const Checkpoints& checkpoints) {
  for (std::size_t index = 0; index < files_.size(); ++index) {
    TailedFile& file = files_[index];
    if (file.name.restart != listed.name.restart) continue;  // a copy keeps it, whatever else is in its name
    if (file.began_as(opened.first_bytes())) {
      if (!file.is_cut() && file.is_open() && TRY(file.is_rewritten())) cut(index);
      if (files_[index].is_cut()) {
        files_[index].go_on_in(std::move(opened));
        files_[index].quiet_since = kNotQuiet;
        return true;
      }
    }
    const TailedFile::Likeness like = TRY(file.likeness(opened.first_bytes()));
    const bool is_archive = opened.is_gzip() && !file.is_gzip() && !file.is_cut() &&
                            (file.scans_missed > 0 || file.name.rotated_at == listed.name.rotated_at);
    if (is_archive && (like.can_be_its_begin || like.can_begin_with_it)) {
      file.take_archive(listed);
      file.take_listing(listed);
      return true;
    }
    const bool is_either = like.can_be_its_begin && like.can_begin_with_it;
    const bool goes_on =
        is_either ? is_older(file.name, listed.name) : like.can_be_its_begin && !file.name.rotated_at.empty();
    if (goes_on) {
      const CoveredFile* own = checkpoints.find(listed.path, opened.id(), opened.first_bytes());
      file.go_on_in(std::move(opened));
      file.quiet_since = kNotQuiet;
      // A copy that was begun may not have been known for what it is.
      if (own != nullptr && file.is_spent(assembler_)) {
        file.resume(furthest(own->position, file.position(assembler_)));
      }
      return true;
    }
    const bool is_shorter = like.can_begin_with_it && !listed.name.rotated_at.empty();
    if (is_either || is_shorter) return true;
  }
  return false;
}

// Two of one: what was read of it stays, to be gone on with in a copy, and the file is read anew after that.
void ContainerTail::cut(std::size_t index) {
  ++truncations_;
  TailedFile anew = files_[index].cut(next_number_++);
  anew.quiet_since = kNotQuiet;
  // Its place is after what was there before it and before all that comes, a copy of what the file says next
  // too.
  const bool is_first = index == 0 || files_[index - 1].name.restart != files_[index].name.restart;
  files_[index].name.rotated_at = (is_first ? std::string() : files_[index - 1].name.rotated_at) + "-";
  files_.insert(files_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(anew));
}

void ContainerTail::see_nothing() {
  for (TailedFile& file : files_) {
    ++file.scans_missed;
    file.is_looked_for = true;
  }
  for (TailedFile& file : files_) file.look_whether_deleted();
  is_directory_there_ = false;
  unopened_bytes_ = 0;
  missing_.reset();
  is_stale_ = false;
}

// The runtime may still write it: also when somebody deleted it, as long as there is no later one, its
// directory is there, and the cluster does not say that the container's run has ended.
bool ContainerTail::is_written(std::size_t index) const {
  const TailedFile& file = files_[index];
  const bool is_reached = file.is_listed() || (file.is_deleted() && is_directory_there_);
  return index + 1 == files_.size() && is_reached && !file.is_gzip() && !file.is_cut() &&
         file.name.restart >= runs_ended_;
}

Result<ContainerTail::Read> ContainerTail::read(std::span<char> buffer, Batch& batch, SteadyTime now) {
  Read read;
  unended_until_ = SteadyTime::max();
  const std::uint64_t joined = joiner().joined();
  for (std::size_t index = 0; index < files_.size(); ++index) {
    if (missing_ && is_older(*missing_, files_[index].name)) {  // a copy: what it says was before this
      read.must_wait = true;
      break;
    }
    const Step step = TRY(read_file(index, buffer, batch, read, now));
    if (step == Step::AtEnd) continue;
    read.more = step == Step::Read;  // the same file again, before the ones after it
    read.must_wait = step == Step::Wait;
    break;
  }
  // Nothing will complete what is open: no later file of its run, and the last one is over.
  const TailedFile* const last = end_of_run();
  const bool is_over = last != nullptr && !is_stale_ && !read.more && !read.must_wait && last->is_finished &&
                       now - last->quiet_since >= options_.quiet_min;
  if (is_over) TRY(end_records(batch, read.counts));
  // After reading: what follows may have been in the file for long.
  for (const Stream stream : kStreams) TRY(add(assembler_.end_aged(stream, now), batch, read.counts));
  TRY(end_unended(batch, read.counts, now));
  read.counts.joined = joiner().joined() - joined;
  read.counts.truncations = std::exchange(truncations_, 0);
  let_go();
  read.counts.files_lost = std::exchange(files_lost_, 0);
  return read;
}

Result<ContainerTail::Step> ContainerTail::failed(const Error& error, Read& read) const {
  if (error.fault != Fault::NotFound) read.unreadable.push_back(error);
  return error.fault == Fault::Retry ? Step::Wait : Step::AtEnd;
}

Result<ContainerTail::Step> ContainerTail::read_file(std::size_t index, std::span<char> buffer, Batch& batch,
                                                     Read& read, SteadyTime now) {
  TailedFile& file = files_[index];
  if (file.is_finished) return Step::AtEnd;
  if (file.is_cut()) return pass_cut(file, batch, read);
  if (file.is_gzip() && !file.may_decompress()) return Step::Wait;
  const Result<bool> rewritten = file.is_rewritten();  // cut, and grown again beyond where we are
  if (!rewritten.ok()) return failed(rewritten.error(), read);
  if (*rewritten) {
    cut(index);
    return pass_cut(files_[index], batch, read);
  }
  const Result<bool> has_begun = file.learn_begin();
  if (!has_begun.ok()) return failed(has_begun.error(), read);
  if (*has_begun) {  // what it said before may have been copied and truncated unseen
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
  file.quiet_since = kNotQuiet;
  if (is_of_later_run(file)) {
    // The rest of the older files is read into the buffer: this chunk is read again.
    file.unread(*chunk);
    TRY(begin_restart(index, buffer, batch, read));
    return Step::Read;
  }
  if (!last_restart_) last_restart_ = file.name.restart;
  read.counts.bytes += chunk->bytes.size();
  TRY(chunk->is_piece ? take_piece(file, *chunk, batch, read.counts)
                      : take_lines(file, *chunk, batch, read.counts));
  return Step::Read;
}

// Read: it is a log, or there is nothing in it.
Result<ContainerTail::Step> ContainerTail::judge(TailedFile& file, std::span<char> buffer, Read& read,
                                                 SteadyTime now) {
  const bool was_foreign = file.content() == TailedFile::Content::Foreign;
  const Result<TailedFile::Content> content = file.judge(buffer);
  if (!content.ok()) return failed(content.error(), read);
  if (*content == TailedFile::Content::Log) return Step::Read;
  if (*content == TailedFile::Content::Unknown) {
    if (file.quiet_since == kNotQuiet) file.quiet_since = now;
    if (!was_foreign && now - file.quiet_since < options_.quiet_min) return Step::AtEnd;
    file.take_for_foreign();
  }
  file.rest_decompressor();
  file.is_finished = true;
  if (was_foreign) return Step::AtEnd;
  ++read.counts.files_foreign;
  read.unreadable.push_back(
      {Fault::Invalid, file.path + ": none of its first lines is a CRI line: it is not delivered"});
  return Step::AtEnd;
}

Result<ContainerTail::Step> ContainerTail::reach_end(std::size_t index, std::span<char> buffer, Batch& batch,
                                                     Read& read, SteadyTime now) {
  TailedFile& file = files_[index];
  const Result<bool> truncated = file.is_truncated();
  if (!truncated.ok()) return failed(truncated.error(), read);
  if (*truncated) {
    cut(index);
    return pass_cut(files_[index], batch, read);
  }
  if (file.quiet_since == kNotQuiet) file.quiet_since = now;
  if (is_written(index)) {
    TRY(take_half_line(index, buffer, batch, read, now));
    return Step::AtEnd;
  }
  if (!file.is_gzip() && now - file.quiet_since < options_.quiet_min) return Step::AtEnd;
  if (TRY(take_rest(index, buffer, batch, read)) == Step::Wait) return Step::Wait;
  if (const std::optional<Error> damage = file.take_damage()) {
    ++read.counts.archives_damaged;
    read.unreadable.push_back(*damage);
  }
  file.rest_decompressor();
  file.is_finished = true;
  return Step::AtEnd;
}

// A copy was finished before the file was truncated: if there is none when the names are looked at after it,
// what was not read is lost, and what is open stays as it is.
Result<ContainerTail::Step> ContainerTail::pass_cut(TailedFile& file, Batch& batch, Read& read) {
  if (!file.is_looked_for) {
    read.must_look = true;
    return Step::Wait;
  }
  TRY(end_records(batch, read.counts));
  file.is_finished = true;
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
    // It counts as a line of this stream: what began before it must not stay behind it.
    TRY(add(assembler_.end(Stream::Stdout), batch, counts));
    ++counts.damaged;
    ++counts.records;
    const Timestamp at = last_at_ != Timestamp() ? last_at_ : Timestamp{file.modified_ns()};
    return batch.add(origin_, Record{.at = at, .ingested_at = at, .message = line, .is_damaged = true});
  }
  last_at_ = parsed->at;
  file.last_of[static_cast<std::size_t>(parsed->stream)] = parsed->at;
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
  if (!file.long_line) {
    const std::optional<CriLine> parsed = parse_cri_line(chunk.bytes);
    const Timestamp at = last_at_ != Timestamp() ? last_at_ : Timestamp{file.modified_ns()};
    file.long_line = parsed.value_or(CriLine{.at = at, .text = chunk.bytes});
    file.long_line_is_damaged = !parsed;
    if (!parsed) ++counts.damaged;
    is_new_damaged = !parsed;
    text = file.long_line->text;
    last_at_ = file.long_line->at;
    if (parsed) file.last_of[static_cast<std::size_t>(parsed->stream)] = parsed->at;
  }
  const CriLine line = *file.long_line;
  const bool is_damaged = file.long_line_is_damaged;
  if (chunk.ends_line) file.long_line.reset();
  if (file.may_be_taken(chunk.offset) && file.is_taken(line.stream, chunk.offset, assembler_)) return {};
  if (is_after_end()) return {};
  // It goes on with nothing that is open.
  if (is_new_damaged) TRY(add(assembler_.end(line.stream), batch, counts));
  has_piece_[static_cast<std::size_t>(line.stream)] = true;
  return add(assembler_.take({.origin = {.file = file.number(), .offset = chunk.offset},
                              .at = line.at,
                              .stream = line.stream,
                              .is_partial = line.is_partial || !chunk.ends_line,
                              .is_damaged = is_damaged,
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

// A file that is over and wholly in sealed batches costs no descriptor; without a name it is forgotten.
void ContainerTail::let_go() {
  for (TailedFile& file : files_) {
    if (file.is_finished && file.is_open() && file.is_spent(assembler_)) file.close();
  }
  std::erase_if(files_, [this](const TailedFile& file) {
    if (file.is_cut()) return file.is_finished && file.is_committed(assembler_);
    if (file.is_listed() || file.is_open()) return false;
    if (!file.is_finished && file.unread_bytes() > 0) ++files_lost_;
    return true;
  });
}

void ContainerTail::cover(std::vector<CoveredFile>& covers) const {
  for (const TailedFile& file : files_) {
    if (!file.is_committed(assembler_)) covers.push_back(file.cover(assembler_, until(file)));
  }
}

void ContainerTail::commit() {
  for (TailedFile& file : files_) file.commit(assembler_, until(file));
  let_go();
}

// Lines that are held are in no batch, however late the ones are that are read.
TailedFile::Until ContainerTail::until(const TailedFile& file) const {
  TailedFile::Until until = file.last_of;
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
  for (TailedFile& file : files_) {
    file.last_of = {};
    if (!file.is_open() && !file.is_cut()) continue;  // all of it is in sealed batches
    file.rewind();
    file.quiet_since = kNotQuiet;
  }
}

bool ContainerTail::is_done() const {
  return files_.empty() && !is_stale_;  // there may be one that could not be opened
}

bool ContainerTail::has_unread() const {
  return std::any_of(files_.begin(), files_.end(), [](const TailedFile& file) {
    return !file.is_finished && (file.unread_bytes() > 0 || file.quiet_since == kNotQuiet);
  });
}

bool ContainerTail::is_waiting() const {
  for (std::size_t index = 0; index < files_.size(); ++index) {
    const TailedFile& file = files_[index];
    const bool is_unknown = file.content() == TailedFile::Content::Unknown && file.unread_bytes() > 0;
    if (!file.is_finished && (is_unknown || !is_written(index))) return true;
  }
  return end_of_run() != nullptr &&
         (assembler_.is_open(Stream::Stdout) || assembler_.is_open(Stream::Stderr));
}

std::size_t ContainerTail::open_files() const {
  return static_cast<std::size_t>(
      std::count_if(files_.begin(), files_.end(), [](const TailedFile& file) { return file.is_open(); }));
}

std::optional<std::vector<std::string_view>> ContainerTail::beginnings() const {
  if (!are_all_known_) return std::nullopt;
  std::vector<std::string_view> beginnings;
  beginnings.reserve(files_.size());
  for (const TailedFile& file : files_) beginnings.push_back(file.first_bytes());
  return beginnings;
}

void ContainerTail::close_spent() {
  for (TailedFile& file : files_) {
    // Of one that was deleted, or can be replaced behind a link, what is written later could not be found
    // again.
    if (file.is_deleted() || file.is_link) continue;
    if (file.is_open() && file.unread_bytes() == 0 && file.is_spent(assembler_)) file.close();
  }
}

std::uint64_t ContainerTail::unread_bytes() const {
  std::uint64_t unread = unopened_bytes_;
  for (const TailedFile& file : files_) {
    if (!file.is_finished) unread += file.unread_bytes();
  }
  return unread;
}

Timestamp ContainerTail::read_until() const {
  if (last_at_ != Timestamp()) return last_at_;
  for (const TailedFile& file : files_) {
    if (!file.is_finished && file.unread_bytes() > 0) return Timestamp{file.modified_ns()};
  }
  return last_at_;
}

}  // namespace headgate::collect
