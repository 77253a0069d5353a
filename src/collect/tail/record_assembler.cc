#include "collect/tail/record_assembler.h"

#include <algorithm>

#include "base/utf8.h"

namespace headgate::collect {
namespace {

bool is_ignored(const EventTime& time) {
  return time.source == EventTime::Source::RuntimeInstead;
}

}  // namespace

std::span<const Record> RecordAssembler::take(const Piece& piece) {
  if (of(piece.stream).is_open || of(piece.stream).bytes_to_skip > 0 || piece.is_partial ||
      piece.is_damaged || piece.text.size() > record_bytes_max_) [[unlikely]] {
    const std::span<const Record> records = take_slowly(piece);
    return joiner_.is_joining() ? joiner_.take(records, given_origins_) : records;
  }
  const EventTime time = event_time(piece.text, piece.at, time_window_);
  whole_.at = time.at;
  whole_.is_time_ignored = is_ignored(time);
  whole_.ingested_at = piece.at;
  whole_.message = piece.text;
  whole_.stream = piece.stream;
  if (joiner_.is_joining()) [[unlikely]]
    return joiner_.take({&whole_, 1}, {&piece.origin, 1});
  return {&whole_, 1};
}

std::span<const Record> RecordAssembler::take_slowly(const Piece& piece) {
  records_.clear();
  given_.clear();
  Open& open = of(piece.stream);
  if (!open.is_open) {
    open.is_open = true;
    open.is_damaged = piece.is_damaged;
    open.ingested_at = piece.at;
    open.time = event_time(piece.text, piece.at, time_window_);
  }
  const bool is_first_in_file =
      std::none_of(open.origins.begin(), open.origins.end(),
                   [&](const PieceOrigin& origin) { return origin.file == piece.origin.file; });
  if (is_first_in_file) open.origins.push_back(piece.origin);

  const std::size_t skipped = std::min<std::uint64_t>(open.bytes_to_skip, piece.text.size());
  open.bytes_to_skip -= skipped;
  open.text += piece.text.substr(skipped);
  if (piece.is_partial && open.text.size() <= record_bytes_max_) return records_;

  // Parts are views into given_, so it takes all of the text and gives the rest back.
  given_.swap(open.text);
  std::string_view rest = given_;
  while (rest.size() > record_bytes_max_) {
    const std::size_t part_bytes = whole_characters(rest, record_bytes_max_);
    emit(open, piece.stream, rest.substr(0, part_bytes), false);
    rest.remove_prefix(part_bytes);
  }
  if (piece.is_partial) {
    open.text.assign(rest);
  } else {
    if (open.parts_taken == 0) open.time = event_time(rest, open.ingested_at, time_window_);
    emit(open, piece.stream, rest, true);
    close(open);
  }
  return records_;
}

std::span<const Record> RecordAssembler::give_open(Stream stream) {
  records_.clear();
  Open& open = of(stream);
  const std::size_t bytes = whole_characters(open.text);
  if (!open.is_open || bytes == 0) return records_;
  given_ = std::exchange(open.text, open.text.substr(bytes));
  if (open.parts_taken == 0) open.time = event_time(given_, open.ingested_at, time_window_);
  emit(open, stream, std::string_view(given_).substr(0, bytes), false);
  return joiner_.is_joining() ? joiner_.take(records_, open.origins) : records_;
}

std::span<const Record> RecordAssembler::end(Stream stream) {
  const std::span<const Record> records = end_open(stream);
  return joiner_.is_joining() ? joiner_.take_last(stream, records, given_origins_) : records;
}

std::span<const Record> RecordAssembler::end_open(Stream stream) {
  records_.clear();
  given_.clear();
  Open& open = of(stream);
  if (!open.is_open) return records_;
  given_.swap(open.text);
  if (open.parts_taken == 0) open.time = event_time(given_, open.ingested_at, time_window_);
  emit(open, stream, given_, true);
  close(open);
  return records_;
}

void RecordAssembler::emit(Open& open, Stream stream, std::string_view message, bool is_last) {
  Record record{.at = open.time.at,
                .ingested_at = open.ingested_at,
                .message = message,
                .stream = stream,
                .is_damaged = open.is_damaged,
                .is_time_ignored = is_ignored(open.time)};
  if (!is_last || open.parts_taken > 0) {
    record.part = ++open.parts_taken;
    record.is_last_part = is_last;
  }
  open.bytes_taken += message.size();
  records_.push_back(record);
}

void RecordAssembler::close(Open& open) {
  open.is_open = false;
  open.text.clear();
  open.text.shrink_to_fit();
  open.bytes_taken = 0;
  open.bytes_to_skip = 0;
  open.parts_taken = 0;
  given_origins_ = std::exchange(open.origins, {});
}

StreamPosition RecordAssembler::position(Stream stream, std::uint64_t file, std::uint64_t read_offset) const {
  if (const auto held = joiner_.offset_in(stream, file)) return {.offset = *held};
  const Open& open = of(stream);
  for (const PieceOrigin& origin : open.origins) {
    if (origin.file != file) continue;
    if (&origin != &open.origins.front()) return {.offset = origin.offset};
    return {.offset = origin.offset, .bytes_taken = open.bytes_taken, .parts_taken = open.parts_taken};
  }
  return {.offset = read_offset};
}

void RecordAssembler::resume(Stream stream, const StreamPosition& position) {
  Open& open = of(stream);
  close(open);
  open.bytes_taken = position.bytes_taken;
  open.bytes_to_skip = position.bytes_taken;
  open.parts_taken = position.parts_taken;
}

void RecordAssembler::reset() {
  for (Open& open : open_) close(open);
  joiner_.reset();
}

}  // namespace headgate::collect
