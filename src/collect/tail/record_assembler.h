// Makes records of the pieces that runtimes write: long lines come as P…P F, the two streams of a container
// interleaved. A record over the limit is split into marked parts, never cut off, and never held whole in
// memory. Where a pattern says so, the records of several lines become one (record_joiner.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/progress/position.h"
#include "collect/tail/record_joiner.h"
#include "model/record.h"
#include "model/time/message_time.h"

namespace headgate::collect {

// Of one container. The collect thread owns it; it holds at most record_bytes_max and a piece for each
// stream, open_bytes(), which give_open() brings down; and what the joiner holds.
class RecordAssembler {
 public:
  explicit RecordAssembler(std::size_t record_bytes_max, RecordJoiner::Options joining = {},
                           TimeWindow time_window = {})
      : record_bytes_max_(record_bytes_max), time_window_(time_window), joiner_(joining) {}

  struct Piece {
    PieceOrigin origin;
    Timestamp at;
    Stream stream = Stream::Stdout;
    bool is_partial = false;
    bool is_damaged = false;
    std::string_view text;
  };
  // The records that `piece` completes: mostly one; none while one is open; several when it was over the
  // limit. They view into `piece` and this, until the next call. Parts are cut so that no UTF-8 character is.
  std::span<const Record> take(const Piece& piece);
  // Ends the open record of the stream, and what is held of it, because its rest will never come.
  std::span<const Record> end(Stream stream);
  // Ends what the joiner holds of the stream: all of it, or what is old enough. Pieces stay open.
  std::span<const Record> end_held(Stream stream) { return joiner_.take_last(stream, {}, {}); }
  // What is there of the stream's open record as a part of it: to hold less. The record stays open.
  std::span<const Record> give_open(Stream stream);
  std::size_t open_bytes() const { return open_[0].text.size() + open_[1].text.size(); }
  // Frees what was given, once it was taken.
  void drop_given() {
    if (given_.capacity() > kGivenBytesKept) [[unlikely]]
      given_ = std::string();
    joiner_.drop_given();
  }
  std::span<const Record> end_aged(Stream stream, SteadyTime now) { return joiner_.end_aged(stream, now); }
  const RecordJoiner& joiner() const { return joiner_; }

  bool is_open(Stream stream) const { return of(stream).is_open; }
  // The runtime's time of the first line that is held, by pieces or by the joiner.
  std::optional<Timestamp> held_since(Stream stream) const {
    if (const std::optional<Timestamp> joined = joiner_.held_since(stream)) return joined;
    return of(stream).is_open ? std::optional(of(stream).ingested_at) : std::nullopt;
  }
  // Where the stream has to resume in `file` so that nothing is lost or repeated; the caller has read up to
  // `read_offset`.
  StreamPosition position(Stream stream, std::uint64_t file, std::uint64_t read_offset) const;
  // The next record of the stream was partly taken before: passes over that much of it.
  void resume(Stream stream, const StreamPosition& position);
  // Forgets what is open.
  void reset();

 private:
  static constexpr std::size_t kGivenBytesKept = 4U << 10U;  // by each of thousands of containers
  struct Open {
    bool is_open = false;
    bool is_damaged = false;
    Timestamp ingested_at;
    EventTime time;
    std::string text;  // not yet in a part
    std::uint64_t bytes_taken = 0;
    std::uint64_t bytes_to_skip = 0;
    std::uint32_t parts_taken = 0;
    std::vector<PieceOrigin> origins;  // the first piece in each file
  };
  Open& of(Stream stream) { return open_[static_cast<std::size_t>(stream)]; }
  const Open& of(Stream stream) const { return open_[static_cast<std::size_t>(stream)]; }
  std::span<const Record> take_slowly(const Piece& piece);
  std::span<const Record> end_open(Stream stream);
  void emit(Open& open, Stream stream, std::string_view message, bool is_last);
  void close(Open& open);

  const std::size_t record_bytes_max_;
  const TimeWindow time_window_;  // in which a message's own time is believed
  RecordJoiner joiner_;
  std::array<Open, 2> open_;
  std::string given_;  // text of the records last given, when it is not in the piece
  std::vector<Record> records_;
  std::vector<PieceOrigin> given_origins_;  // of the record last given that was open
  Record whole_;
};

}  // namespace headgate::collect
