// Ends that do not come: a run of the container ends within a record, a record stays open for long, a line
// lacks its newline, the disk left NULs where a runtime wrote.
// Tests: tests/sim/unended_records_test.cc, tests/sim/ended_containers_test.cc
#include <algorithm>
#include <cstring>

#include "collect/tail/container_tail.h"
#include "collect/tail/cri_line.h"

namespace headgate::collect {
namespace {

constexpr std::array kStreams{Stream::Stdout, Stream::Stderr};

}  // namespace

bool ContainerTail::is_of_later_run(const TailedFile& file) const {
  return file.name().restart > last_restart_.value_or(files_.first_run());
}

// The first line of a new run of the container: records that the run before it left open end as they are.
Result<> ContainerTail::begin_restart(std::size_t index, std::span<char> buffer, Batch& batch, Read& read) {
  for (std::size_t older = 0; older < index; ++older) {
    const TailedFile& file = files_[older];
    if (file.is_finished() || !file.is_open() || file.name().restart >= files_[index].name().restart)
      continue;
    if (file.content() != TailedFile::Content::Log) continue;
    TRY(take_rest(older, buffer, batch, read));
  }
  TRY(end_records(batch, read.counts));
  last_restart_ = files_[index].name().restart;
  return {};
}

// The last line of a container can lack its newline. It is delivered as a part of its record, so that what
// may follow continues that record.
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
  last_restart_ = file.name().restart;
  rest->is_piece = true;
  rest->ends_line = false;
  read.counts.bytes += rest->bytes.size();
  TRY(take_piece(file, *rest, batch, read.counts));
  const Stream stream = file.long_line()->stream;
  has_piece_[static_cast<std::size_t>(stream)] = false;
  return add(assembler_.give_open(stream), batch, read.counts);
}

// A piece after which nothing came for long ends its record. While its line is still being read, it becomes a
// part of the record instead.
Result<> ContainerTail::end_unended(Batch& batch, ReadCounts& counts, SteadyTime now) {
  for (const Stream stream : kStreams) {
    const auto index = static_cast<std::size_t>(stream);
    if (std::exchange(has_piece_[index], false)) piece_at_[index] = now;
    if (!assembler_.is_open(stream)) continue;
    const bool is_within_line = std::any_of(files_.begin(), files_.end(), [&](const TailedFile& file) {
      return file.long_line() && file.long_line()->stream == stream;
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
    if (!parse_cri_line(line.substr(end))) {  // NULs that the container itself wrote
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
  if (is_of_later_run(file)) {  // it may be all that this run wrote
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

}  // namespace headgate::collect
