// Reads the log files of one container, oldest first, and turns their lines into records. A file is read to
// its end even if it is renamed, deleted, gzipped, or copied and truncated meanwhile. A record may start in
// one file and end in the next, but it ends where the container was restarted.
// Tests: tests/sim/tailing_test.cc, tests/sim/copied_file_test.cc
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/batch/batch.h"
#include "collect/tail/log_file_set.h"
#include "collect/tail/record_assembler.h"
#include "collect/tail/tailed_file.h"

namespace headgate::collect {

struct ReadCounts {
  std::uint64_t bytes = 0;  // of log files
  std::uint64_t records = 0;
  std::uint64_t joined = 0;            // lines added to the record of the lines before them
  std::uint64_t damaged = 0;           // lines that are not CRI lines: delivered as they are, and marked
  std::uint64_t split = 0;             // parts of records over the size limit
  std::uint64_t times_ignored = 0;     // records whose own time is outside TimeWindow
  std::uint64_t truncations = 0;       // files that were truncated and written anew
  std::uint64_t archives_damaged = 0;  // gzipped files that could not be read to their end
  std::uint64_t files_lost = 0;        // files deleted before all bytes that we knew of were read
  std::uint64_t files_foreign = 0;     // files without a CRI line among their first lines: not delivered
};

// The collect thread owns it. After a crash, files are read again from what sealed batches cover.
class ContainerTail final : public BatchContributor {
 public:
  struct Options {
    std::size_t record_bytes_max = 1U << 20U;
    // A file that is no longer written (renamed, deleted) is finished when its end has not moved for so long.
    std::chrono::milliseconds quiet_min{5000};
    RecordJoiner::Options joining = {};
    TimeWindow time_window = {};  // in which a record's own time is believed
    // A record whose end is missing (a piece with none after it, a line without its newline) is delivered
    // without it after so long.
    std::chrono::milliseconds record_wait_max{30'000};
    LinkedFiles* links = nullptr;  // lists the files beside those behind links; outlives this
  };
  ContainerTail(Disk& disk, Decompressors& decompressors, RecordOrigin origin, Options options);
  ContainerTail(const ContainerTail&) = delete;
  ContainerTail& operator=(const ContainerTail&) = delete;

  // Its files: tell it what a listing shows, and ask it what is left to read.
  LogFileSet& files() { return files_; }
  const LogFileSet& files() const { return files_; }

  // Reads once into `buffer` and adds the records to `batch`. Files that cannot be read are in `unreadable`.
  // An error that is returned is the batch's: discard the batch and call rewind().
  struct Read {
    bool more = false;       // there may be more to read at once
    bool must_wait = false;  // a file cannot be read at the moment
    bool must_look = false;  // list the directory first: a file was truncated, and there may be a copy
    ReadCounts counts;
    std::vector<Error> unreadable;
  };
  Result<Read> read(std::span<char> buffer, Batch& batch, SteadyTime now);
  // Lines that were written later than `last` are skipped.
  void end_after(Timestamp last) { end_ = last; }

  // Adds lines that wait for more lines of their record to `batch`: at the end, or to free memory.
  Result<ReadCounts> end_held(Batch& batch);
  // Adds what there is of records whose pieces are still coming, as parts of them: to free memory.
  Result<ReadCounts> give_open(Batch& batch);
  bool holds() const { return joiner().holds(Stream::Stdout) || joiner().holds(Stream::Stderr); }
  std::size_t held_bytes() const { return joiner().held_bytes(); }
  std::size_t open_bytes() const { return assembler_.open_bytes(); }
  // When read() will deliver what is held, even if nothing more is written; max when nothing is held.
  SteadyTime held_until() const { return std::min(joiner().due_at(), unended_until_); }

  // What a batch that is sealed now covers; call commit() once it is sealed.
  void cover(std::vector<CoveredFile>& covers) const override;
  void commit() override;
  // The batch was discarded: what was read since the last commit() is read again.
  void rewind() override;

  // It waits for files that are no longer written, or that have too few lines to judge, so read() must be
  // called from time to time.
  bool is_waiting() const;
  // The time of the last line read, or else of the last change of the oldest file with unread bytes: nothing
  // that is unread is older.
  Timestamp read_until() const;

 private:
  // Wait: the file cannot be read now, and later files have to wait for it.
  enum class Step : std::uint8_t { Read, AtEnd, Wait };
  Result<Step> read_file(std::size_t index, std::span<char> buffer, Batch& batch, Read& read, SteadyTime now);
  Result<Step> judge(TailedFile& file, std::span<char> buffer, Read& read, SteadyTime now);
  Result<Step> reach_end(std::size_t index, std::span<char> buffer, Batch& batch, Read& read, SteadyTime now);
  Result<Step> failed(const Error& error, Read& read) const;
  Result<Step> take_truncation(std::size_t index, Read& read);
  Result<Step> give_up(TailedFile& file, Batch& batch, Read& read);
  Result<> begin_restart(std::size_t index, std::span<char> buffer, Batch& batch, Read& read);
  Result<> take_lines(TailedFile& file, const TailedFile::Chunk& chunk, Batch& batch, ReadCounts& counts);
  Result<> take_line(TailedFile& file, std::string_view line, std::uint64_t offset, Batch& batch,
                     ReadCounts& counts);
  // A line with NULs in it. Where a whole line follows the NULs, the disk lost what was between.
  Result<> take_torn(TailedFile& file, std::string_view line, std::uint64_t offset, Batch& batch,
                     ReadCounts& counts);
  Result<> take_piece(TailedFile& file, const TailedFile::Chunk& chunk, Batch& batch, ReadCounts& counts);
  Result<> add(std::span<const Record> records, Batch& batch, ReadCounts& counts);
  // The rest of a file without a newline counts as a line.
  Result<Step> take_rest(std::size_t index, std::span<char> buffer, Batch& batch, Read& read);
  bool is_of_later_run(const TailedFile& file) const;
  Result<> end_records(Batch& batch, ReadCounts& counts);
  Result<> take_half_line(std::size_t index, std::span<char> buffer, Batch& batch, Read& read,
                          SteadyTime now);
  Result<> end_unended(Batch& batch, ReadCounts& counts, SteadyTime now);
  const RecordJoiner& joiner() const { return assembler_.joiner(); }
  TailedFile::LineTimes until(const TailedFile& file) const;
  Timestamp time_of_damaged(const TailedFile& file) const;
  bool is_after_end() const { return end_ && last_at_ > *end_; }

  const Options options_;
  const RecordOrigin origin_;
  RecordAssembler assembler_;
  LogFileSet files_;                                        // over assembler_
  std::optional<std::uint32_t> last_restart_;               // the run whose lines were taken last
  std::array<SteadyTime, 2> piece_at_{kLongAgo, kLongAgo};  // by stream: the last piece of an open record
  std::array<bool, 2> has_piece_{};                         // by stream: one came since piece_at_ was set
  SteadyTime unended_until_ = SteadyTime::max();
  Timestamp last_at_;  // of the last line; damaged lines get it too
  std::optional<Timestamp> end_;
};

}  // namespace headgate::collect
