// Follows the log files of one container, oldest first, and turns their lines into records. A file is read to
// its end before it is let go, also when it was renamed or unlinked meanwhile; a record may begin in one file
// and end in the next.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/checkpoints.h"
#include "collect/open_batch.h"
#include "collect/pod_log_directory.h"
#include "collect/record_assembler.h"
#include "collect/tailed_file.h"

namespace headgate::collect {

struct ReadCounts {
  std::uint64_t bytes = 0;  // of log files
  std::uint64_t records = 0;
  std::uint64_t damaged = 0;      // lines that are not CRI lines: delivered as they stand, marked
  std::uint64_t split = 0;        // parts of records over the limit
  std::uint64_t truncations = 0;  // files that were cut and written anew
};

// The collect thread owns it.
class ContainerTail {
 public:
  struct Options {
    std::size_t record_bytes_max = 1U << 20U;
    // A file that is no longer written (renamed, unlinked) is done when its end has not moved for so long.
    std::chrono::milliseconds quiet_min{5000};
  };
  ContainerTail(Disk& disk, const RecordFrame& frame, Options options);

  // What a scan found of this container now. `resume` is asked about files not seen before. Errors concern
  // single files; the others are taken.
  enum class Start : std::uint8_t { Begin, End };
  std::vector<Error> see(const SeenContainer& seen, const Checkpoints& resume, Start start);
  void see_nothing();

  // Reads once into `buffer` and adds the records to `batch`. More says whether there may be more to read at
  // once. Errors of reading are in `unreadable`; an error returned is the batch's: rewind() then, and discard
  // the batch.
  struct Read {
    bool more = false;
    ReadCounts counts;
    std::vector<Error> unreadable;
  };
  Result<Read> read(std::span<char> buffer, OpenBatch& batch, SteadyTime now);

  // What a batch sealed now covers; commit() once it is sealed.
  Result<> cover(std::vector<CoveredFile>& covers);
  void commit();
  void rewind();

  // Nothing left to read or to seal, and none of its files has a name any more.
  bool is_done() const;
  std::size_t open_files() const;
  // Whether a file of that id is followed.
  bool follows(FileId id) const;
  // Bytes of listed files not yet read.
  std::uint64_t unread_bytes() const;

 private:
  // Wait: it cannot be read now, and later files have to wait for it.
  enum class Step : std::uint8_t { Read, AtEnd, Wait };
  Result<Step> read_file(TailedFile& file, bool is_last, std::span<char> buffer, OpenBatch& batch, Read& read,
                         SteadyTime now);
  Result<> take_lines(TailedFile& file, const TailedFile::Chunk& chunk, OpenBatch& batch, ReadCounts& counts);
  Result<> take_line(TailedFile& file, std::string_view line, std::uint64_t offset, OpenBatch& batch,
                     ReadCounts& counts);
  Result<> take_piece(TailedFile& file, const TailedFile::Chunk& chunk, OpenBatch& batch, ReadCounts& counts);
  Result<> add(std::span<const Record> records, OpenBatch& batch, ReadCounts& counts);
  Result<> finish(TailedFile& file, bool is_last, std::span<char> buffer, OpenBatch& batch,
                  ReadCounts& counts);
  void let_go();

  Disk& disk_;
  const Options options_;
  const RecordFrame frame_;
  RecordAssembler assembler_;
  std::vector<TailedFile> files_;  // oldest first
  std::uint64_t next_number_ = 1;
  std::uint64_t listed_bytes_ = 0;
  Timestamp last_at_;  // stands in for the time of damaged lines
};

}  // namespace headgate::collect
