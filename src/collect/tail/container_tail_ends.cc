// Ends that do not come: runs of a container, records that are open for long, lines without their newline,
// files that have no name any more, NULs where the disk lost what a runtime wrote.
#include <algorithm>
#include <cstring>

#include "collect/tail/container_tail.h"

namespace headgate::collect {
namespace {

constexpr std::array kStreams{Stream::Stdout, Stream::Stderr};

}  // namespace

// The last file of the run whose lines were taken last, if nothing more is written to it. There may be files
// of later runs in which nothing was found yet.
const TailedFile* ContainerTail::end_of_run() const {
  if (files_.empty()) return nullptr;
  std::size_t last = files_.size() - 1;
  for (std::size_t index = 0; last_restart_ && index < files_.size(); ++index) {
    if (files_[index].name.restart <= *last_restart_) last = index;
  }
  return is_written(last) ? nullptr : &files_[last];
}

// Than that whose lines were taken last.
bool ContainerTail::is_of_later_run(const TailedFile& file) const {
  return file.name.restart > last_restart_.value_or(files_.front().name.restart);
}

// The first line of a container that was started anew: what the one before it left open stays as it is.
Result<> ContainerTail::begin_restart(std::size_t index, std::span<char> buffer, Batch& batch, Read& read) {
  for (std::size_t older = 0; older < index; ++older) {
    const TailedFile& file = files_[older];
    if (file.is_finished || !file.is_open() || file.name.restart >= files_[index].name.restart) continue;
    if (file.content() != TailedFile::Content::Log) continue;
    TRY(take_rest(older, buffer, batch, read));
  }
  TRY(end_records(batch, read.counts));
  last_restart_ = files_[index].name.restart;
  return {};
}

// The link leads to another file than before, in this run or an earlier one.
void ContainerTail::look_behind_link(const TailedFile& opened, const Checkpoints& checkpoints,
                                     ScanResult& result) {
  if (options_.links == nullptr) return;
  const TailedFile* last = nullptr;
  for (const TailedFile& file : files_) {
    const bool is_it = file.is_link && file.path == opened.path;
    if (is_it && (last == nullptr || last->number() < file.number())) last = &file;
  }
  BehindLinkBefore before;
  if (last != nullptr) {
    before = {.id = last->id(),
              .fingerprint = Fingerprint::of(last->first_bytes()),
              .modified_ns = last->modified_ns()};
    if (!last->is_open()) before.read_to = last->offset();
  } else if (const CoveredFile* covered = checkpoints.find_last_at(opened.path)) {
    before = {.id = covered->id,
              .fingerprint = covered->fingerprint,
              .modified_ns = std::max(covered->until[0], covered->until[1]).nanoseconds,
              .read_to = covered->position.lowest_offset()};
  } else {
    return;
  }
  const Result<LostBehindLink> lost = lost_behind_link(*options_.links, opened.path, before);
  if (!lost.ok()) {
    if (lost.error().fault != Fault::NotFound) result.unreadable.push_back(lost.error());
    return;
  }
  lost_behind_links_.files += lost->files;
  lost_behind_links_.bytes += lost->bytes;
}

// The last words of a container can lack their newline: they are given as a part of their line, so that what
// follows after all goes on with it.
Result<> ContainerTail::take_half_line(std::size_t index, std::span<char> buffer, Batch& batch, Read& read,
                                       SteadyTime now) {
  TailedFile& file = files_[index];
  const std::optional<SteadyTime> since = file.half_line_since(now);
  if (!since || file.content() != TailedFile::Content::Log) return {};
  if (now - *since < options_.record_wait_max) {
    unended_until_ = std::min(unended_until_, *since + options_.record_wait_max);
    return {};
  }
  if (is_of_later_run(file)) TRY(begin_restart(index, buffer, batch, read));
  Result<TailedFile::Chunk> rest = file.read_rest(buffer);
  if (!rest.ok()) {
    read.unreadable.push_back(rest.error());
    return {};
  }
  if (rest->bytes.empty()) return {};
  last_restart_ = file.name.restart;
  rest->is_piece = true;
  rest->ends_line = false;
  read.counts.bytes += rest->bytes.size();
  TRY(take_piece(file, *rest, batch, read.counts));
  const Stream stream = file.long_line->stream;
  has_piece_[static_cast<std::size_t>(stream)] = false;
  return add(assembler_.give_open(stream), batch, read.counts);
}

// A piece after which nothing came for long is the end of its record; of a line that is still being read it
// is a part.
Result<> ContainerTail::end_unended(Batch& batch, ReadCounts& counts, SteadyTime now) {
  for (const Stream stream : kStreams) {
    const auto index = static_cast<std::size_t>(stream);
    if (std::exchange(has_piece_[index], false)) piece_at_[index] = now;
    if (!assembler_.is_open(stream)) continue;
    const bool is_within_line = std::any_of(files_.begin(), files_.end(), [&](const TailedFile& file) {
      return file.long_line && file.long_line->stream == stream;
    });
    if (is_within_line && assembler_.open_bytes() == 0) continue;
    const SteadyTime due = piece_at_[index] + options_.record_wait_max;
    if (now < due) {
      unended_until_ = std::min(unended_until_, due);
      continue;
    }
    TRY(add(is_within_line ? assembler_.give_open(stream) : assembler_.end(stream), batch, counts));
  }
  return {};
}

Result<> ContainerTail::take_torn(TailedFile& file, std::string_view line, std::uint64_t offset, Batch& batch,
                                  ReadCounts& counts) {
  for (std::size_t from = 0;;) {
    const std::size_t hole = line.find('\0', from);
    if (hole == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_not_of('\0', hole), line.size());
    if (hole == 0 && end == line.size()) {  // nothing else
      ++counts.damaged;
      return {};
    }
    if (!parse_cri_line(line.substr(end))) {  // the container's own
      from = end;
      continue;
    }
    ++counts.damaged;
    if (hole > 0) TRY(take_line(file, line.substr(0, hole), offset, batch, counts));
    offset += end;
    line.remove_prefix(end);
    from = 0;
  }
  return take_line(file, line, offset, batch, counts);
}

Result<ContainerTail::Step> ContainerTail::take_rest(std::size_t index, std::span<char> buffer, Batch& batch,
                                                     Read& read) {
  TailedFile& file = files_[index];
  Result<TailedFile::Chunk> rest = file.read_rest(buffer);
  if (!rest.ok()) return failed(rest.error(), read);
  if (rest->bytes.empty() && !rest->is_piece) return Step::AtEnd;
  if (is_of_later_run(file)) {  // it may be all that this run said
    file.unread(*rest);
    TRY(begin_restart(index, buffer, batch, read));
    rest = file.read_rest(buffer);
    if (!rest.ok()) return failed(rest.error(), read);
  }
  read.counts.bytes += rest->bytes.size();
  TRY(rest->is_piece ? take_piece(file, *rest, batch, read.counts)
                     : take_line(file, rest->bytes, rest->offset, batch, read.counts));
  return Step::AtEnd;
}

Result<> ContainerTail::end_records(Batch& batch, ReadCounts& counts) {
  for (const Stream stream : kStreams) TRY(add(assembler_.end(stream), batch, counts));
  return {};
}

Result<ReadCounts> ContainerTail::end_held(Batch& batch) {
  ReadCounts counts;
  for (const Stream stream : kStreams) TRY(add(assembler_.end_held(stream), batch, counts));
  return counts;
}

Result<ReadCounts> ContainerTail::give_open(Batch& batch) {
  ReadCounts counts;
  for (const Stream stream : kStreams) TRY(add(assembler_.give_open(stream), batch, counts));
  return counts;
}

bool ContainerTail::is_polled() const {
  return !files_.empty() && !files_.back().is_listed() && is_written(files_.size() - 1);
}

ContainerTail::Deleted ContainerTail::deleted() const {
  Deleted deleted;
  for (const TailedFile& file : files_) {
    if (!file.is_deleted()) continue;
    deleted.bytes += file.deleted_bytes();
    deleted.oldest_ns = std::min(deleted.oldest_ns, file.modified_ns());
  }
  return deleted;
}

ContainerTail::Released ContainerTail::release_oldest_deleted(std::span<char> buffer) {
  auto oldest = files_.end();
  for (auto file = files_.begin(); file != files_.end(); ++file) {
    if (!file->is_deleted()) continue;
    if (oldest == files_.end() || file->modified_ns() < oldest->modified_ns()) oldest = file;
  }
  if (oldest == files_.end()) return {};
  Released released{.bytes = oldest->deleted_bytes(), .lines = oldest->count_unread_lines(buffer)};
  oldest->close();  // where there is an archive of it, that is read from here on
  if (!oldest->is_gzip()) files_.erase(oldest);
  return released;
}

}  // namespace headgate::collect
