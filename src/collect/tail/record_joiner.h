// Joins the lines of a stack trace, or whatever a pattern says, into one record: the lines with newlines
// between them, and the times of the first. Each stream for itself.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "collect/tail/multiline.h"
#include "model/record.h"

namespace headgate::collect {

// Where a piece of a record begins: `file` is any number the caller gives its files.
struct PieceOrigin {
  std::uint64_t file = 0;
  std::uint64_t offset = 0;
};

// Of one container. The collect thread owns it. What is held is in no batch, and no checkpoint passes it:
// after a crash its lines are read again. Memory: bytes_max for each stream, or one longer line.
class RecordJoiner {
 public:
  // A record that reaches a limit is given as it is; the lines that go on with it make another. Lines that
  // are loose, and that no line settles, are given as records of their own.
  struct Options {
    const MultilinePattern* pattern = nullptr;  // outlives it; none: nothing is joined
    std::size_t bytes_max = 256U << 10U;
    std::uint32_t lines_max = 1000;
    std::chrono::milliseconds age_max{1000};  // what may follow a record is waited for so long
  };
  explicit RecordJoiner(Options options) : options_(options) {}
  bool is_joining() const { return options_.pattern != nullptr; }

  // Each gives records that are complete: they view into their arguments and into this, until the next call
  // of any of them.
  // `origins` are the record's first piece in each file. Parts of a split record and damaged ones are given
  // as they are.
  std::span<const Record> take(std::span<const Record> records, std::span<const PieceOrigin> origins);
  // And what is held of the stream.
  std::span<const Record> take_last(Stream stream, std::span<const Record> records,
                                    std::span<const PieceOrigin> origins);
  // What is held of the stream for age_max, counted from the first of these calls that finds it held.
  std::span<const Record> end_aged(Stream stream, SteadyTime now);

  std::optional<Timestamp> held_since(Stream stream) const {
    return holds(stream) ? std::optional(of(stream).ingested_at) : std::nullopt;
  }
  bool holds(Stream stream) const { return of(stream).state != MultilinePattern::kNone; }
  // Where in `file` the record that is held begins; empty when nothing of it is in there.
  std::optional<std::uint64_t> offset_in(Stream stream, std::uint64_t file) const;
  // When end_aged() will have something, as far as is known; max: when more is read.
  SteadyTime due_at() const;
  std::size_t held_bytes() const { return held_[0].bytes() + held_[1].bytes(); }
  // Lines that were added to the ones before them, ever; not those that are loose.
  std::uint64_t joined() const { return joined_; }
  void reset();
  // Frees the text of the records last given.
  void drop_given() {
    if (!texts_.empty()) [[unlikely]]
      texts_.clear();
  }

 private:
  // A loose line at the end of what is held.
  struct Loose {
    std::size_t begin = 0;  // in the text
    Record record;          // without its message
  };
  struct Held {
    MultilinePattern::State state = MultilinePattern::kNone;
    Timestamp at;
    Timestamp ingested_at;
    bool is_time_ignored = false;
    std::string text;
    std::uint32_t lines = 0;
    std::vector<Loose> loose;
    std::vector<PieceOrigin> origins;  // the first in each file
    SteadyTime since = kLongAgo;       // kLongAgo: not known yet
    std::size_t bytes() const { return text.capacity() + loose.capacity() * sizeof(Loose); }
  };
  Held& of(Stream stream) { return held_[static_cast<std::size_t>(stream)]; }
  const Held& of(Stream stream) const { return held_[static_cast<std::size_t>(stream)]; }
  void take_one(const Record& record, std::span<const PieceOrigin> origins);
  void hold(const Record& record, MultilinePattern::Step step, std::span<const PieceOrigin> origins);
  void release(Stream stream);
  void begin_giving();

  static constexpr std::size_t kLooseMax = 100;  // lines

  const Options options_;
  std::array<Held, 2> held_;
  std::vector<std::string> texts_;  // of the records last given
  std::vector<Record> given_;
  std::uint64_t joined_ = 0;
};

}  // namespace headgate::collect
