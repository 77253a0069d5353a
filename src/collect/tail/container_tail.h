// Follows the log files of one container, oldest first, and turns their lines into records. A file is read to
// its end before it is let go, also when it was renamed, unlinked or gzipped meanwhile, or copied and
// truncated; a record may begin in one file and end in the next, but not go on after a restart of the
// container.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/batch/batch.h"
#include "collect/checkpoints.h"
#include "collect/tail/gzip_content.h"
#include "collect/tail/link_rotations.h"
#include "collect/tail/pod_log_directory.h"
#include "collect/tail/record_assembler.h"
#include "collect/tail/tailed_file.h"
#include "collect/tail/unopened_files.h"

namespace headgate::collect {

struct ReadCounts {
  std::uint64_t bytes = 0;  // of log files
  std::uint64_t records = 0;
  std::uint64_t joined = 0;            // lines that were added to the record of the ones before them
  std::uint64_t damaged = 0;           // lines that are not CRI lines: delivered as they stand, marked
  std::uint64_t split = 0;             // parts of records over the limit
  std::uint64_t times_ignored = 0;     // records whose messages have a time that is not believed
  std::uint64_t truncations = 0;       // files that were cut and written anew
  std::uint64_t archives_damaged = 0;  // gzipped files that could not be read to their end
  std::uint64_t files_lost = 0;        // gone before all that was known to be in them was read
  std::uint64_t files_foreign = 0;     // none of whose first lines is a CRI line: not delivered
};

// The collect thread owns it.
class ContainerTail {
 public:
  struct Options {
    std::size_t record_bytes_max = 1U << 20U;
    // A file that is no longer written (renamed, unlinked) is done when its end has not moved for so long.
    std::chrono::milliseconds quiet_min{5000};
    RecordJoiner::Options joining = {};
    TimeWindow time_window = {};  // in which a message's own time is believed
    // A record whose end is missing (a piece with none after it, a line without its newline) is given after
    // so long without more of it.
    std::chrono::milliseconds record_wait_max{30'000};
    LinkedFiles* links = nullptr;  // tells of what is beside files behind links; outlives this
  };
  ContainerTail(Disk& disk, Decompressors& decompressors, RecordOrigin origin, Options options);

  // What a scan found of this container now. `checkpoints` are asked about files not seen before.
  struct ScanResult {
    std::vector<Error> unreadable;  // single files; the others are taken
    bool is_stale = false;          // files moved meanwhile, or one cannot be opened now: look again soon
  };
  // At most `opened_max` files are opened; the others wait, as stale ones do.
  ScanResult see(const SeenContainer& seen, const Checkpoints& checkpoints,
                 std::size_t opened_max = SIZE_MAX);
  void see_nothing();
  // Files that are gone before all that was known to be in them was read, since the last call; read() tells
  // of them too.
  std::uint64_t take_files_lost() { return std::exchange(files_lost_, 0); }
  // Files that may have been written and rotated behind a link unseen, since the last call.
  LostBehindLink take_lost_behind_links() { return std::exchange(lost_behind_links_, {}); }
  // The directory is gone: also those that were never opened.
  std::uint64_t take_all_lost() { return take_files_lost() + unopened_.end(); }

  // Reads once into `buffer` and adds the records to `batch`. More says whether there may be more to read at
  // once. Errors of reading are in `unreadable`; an error returned is the batch's: rewind() then, and discard
  // the batch.
  struct Read {
    bool more = false;
    bool must_wait = false;  // for a file that cannot be read at the moment
    bool must_look = false;  // see() first: a file was truncated, or may have been, and there may be a copy
    ReadCounts counts;
    std::vector<Error> unreadable;
  };
  Result<Read> read(std::span<char> buffer, Batch& batch, SteadyTime now);

  // Runs of the container with lower numbers write nothing any more: their last file is over as a renamed one
  // is, and what is open in it ends once its end has not moved for quiet_min.
  void note_runs_ended(std::uint32_t runs) { runs_ended_ = runs; }
  // Lines that were written later are passed over.
  void end_after(Timestamp last) { end_ = last; }

  // Adds to `batch` what is held in case more lines of it come: to leave, or for want of memory.
  Result<ReadCounts> end_held(Batch& batch);
  // Adds what there is of records whose pieces are still coming, as parts of them: for want of memory.
  Result<ReadCounts> give_open(Batch& batch);
  bool holds() const { return joiner().holds(Stream::Stdout) || joiner().holds(Stream::Stderr); }
  std::size_t held_bytes() const { return joiner().held_bytes(); }
  std::size_t open_bytes() const { return assembler_.open_bytes(); }
  // When read() will end what is held, whether or not there is more to read; max: nothing is held.
  SteadyTime held_until() const { return std::min(joiner().due_at(), unended_until_); }

  // What a batch sealed now covers; commit() once it is sealed.
  void cover(std::vector<CoveredFile>& covers) const;
  void commit();
  void rewind();

  // Nothing left to read or to seal, and none of its files has a name any more.
  bool is_done() const;
  // By what the last scan and the last read showed there is something to read.
  bool has_unread() const;
  // Files that are not written any more, or of which it is not known what they are, are being waited for:
  // read() has to be called from time to time.
  bool is_waiting() const;
  // The newest file was deleted, and the container may write on into it, of which nothing tells.
  bool is_polled() const;
  // Open files that have no name any more: what they take of the disk is free once they are closed.
  struct Deleted {
    std::uint64_t bytes = 0;
    std::int64_t oldest_ns = INT64_MAX;  // when the one that was written longest ago was written last
  };
  Deleted deleted() const;
  // Closes that one. Its lines that were not read are lost; how many, as far as they can be counted.
  struct Released {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
  };
  Released release_oldest_deleted(std::span<char> buffer);
  std::size_t open_files() const;
  // How each of its files begins; nothing when the last scan found one that could not be looked into.
  std::optional<std::vector<std::string_view>> beginnings() const;
  // Closes the files of which all there is, as far as is known, is in sealed batches. They are opened again
  // to be read; what is written to one that is removed meanwhile is lost.
  void close_spent();
  // Bytes not yet read, as of the last scan.
  std::uint64_t unread_bytes() const;
  // Of what is unread: not older than the last line read, or else not older than the file's last change.
  Timestamp read_until() const;

 private:
  // Wait: it cannot be read now, and later files have to wait for it.
  enum class Step : std::uint8_t { Read, AtEnd, Wait };
  Result<Step> read_file(std::size_t index, std::span<char> buffer, Batch& batch, Read& read, SteadyTime now);
  Result<Step> judge(TailedFile& file, std::span<char> buffer, Read& read, SteadyTime now);
  Result<Step> reach_end(std::size_t index, std::span<char> buffer, Batch& batch, Read& read, SteadyTime now);
  Result<Step> failed(const Error& error, Read& read) const;
  Result<Step> pass_cut(TailedFile& file, Batch& batch, Read& read);
  Result<> begin_restart(std::size_t index, std::span<char> buffer, Batch& batch, Read& read);
  // Those that were not opened.
  std::vector<const SeenFile*> see_unknown(const std::vector<const SeenFile*>& unknown,
                                           const Checkpoints& checkpoints, std::size_t opened_max,
                                           ScanResult& result);
  void count_unopened(const SeenContainer& seen, std::vector<const SeenFile*> unopened,
                      const Checkpoints& checkpoints);
  void adopt(TailedFile opened, const SeenFile& listed, const Checkpoints& checkpoints, ScanResult& result);
  void look_behind_link(const TailedFile& opened, const Checkpoints& checkpoints, ScanResult& result);
  Result<bool> is_taken_over(TailedFile& opened, const SeenFile& listed, const Checkpoints& checkpoints);
  void cut(std::size_t index);
  bool is_written(std::size_t index) const;
  const TailedFile* end_of_run() const;
  Result<> take_lines(TailedFile& file, const TailedFile::Chunk& chunk, Batch& batch, ReadCounts& counts);
  Result<> take_line(TailedFile& file, std::string_view line, std::uint64_t offset, Batch& batch,
                     ReadCounts& counts);
  // A line with NULs in it. Where a whole line stands behind them the disk lost what was between.
  Result<> take_torn(TailedFile& file, std::string_view line, std::uint64_t offset, Batch& batch,
                     ReadCounts& counts);
  Result<> take_piece(TailedFile& file, const TailedFile::Chunk& chunk, Batch& batch, ReadCounts& counts);
  Result<> add(std::span<const Record> records, Batch& batch, ReadCounts& counts);
  // What is left of a file without a newline, as a line.
  Result<Step> take_rest(std::size_t index, std::span<char> buffer, Batch& batch, Read& read);
  bool is_of_later_run(const TailedFile& file) const;
  Result<> end_records(Batch& batch, ReadCounts& counts);
  Result<> take_half_line(std::size_t index, std::span<char> buffer, Batch& batch, Read& read,
                          SteadyTime now);
  Result<> end_unended(Batch& batch, ReadCounts& counts, SteadyTime now);
  const RecordJoiner& joiner() const { return assembler_.joiner(); }
  TailedFile::Until until(const TailedFile& file) const;
  void let_go();
  bool is_after_end() const { return end_ && last_at_ > *end_; }

  Disk& disk_;
  Decompressors& decompressors_;
  const Options options_;
  const RecordOrigin origin_;
  RecordAssembler assembler_;
  std::vector<TailedFile> files_;  // oldest first
  std::uint64_t next_number_ = 1;
  std::uint64_t truncations_ = 0;              // not yet counted
  std::optional<std::uint32_t> last_restart_;  // whose lines were taken last
  std::uint64_t files_lost_ = 0;               // not told yet
  bool is_stale_ = false;                      // there may be later files than are known
  std::optional<LogFileName> missing_;         // could not be taken now: later ones wait for it
  bool are_all_known_ = false;                 // of those that were listed
  std::uint64_t unopened_bytes_ = 0;
  UnopenedFiles unopened_;
  std::array<SteadyTime, 2> piece_at_{kLongAgo, kLongAgo};  // by stream: the last of an open record
  std::array<bool, 2> has_piece_{};                         // of a stream, since that was noted
  SteadyTime unended_until_ = SteadyTime::max();
  bool is_directory_there_ = false;
  Timestamp last_at_;  // stands in for the time of damaged lines
  std::optional<Timestamp> end_;
  std::uint32_t runs_ended_ = 0;
  LostBehindLink lost_behind_links_;
};

}  // namespace headgate::collect
