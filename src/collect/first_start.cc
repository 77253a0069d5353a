#include "collect/first_start.h"

#include "collect/tail/record_assembler.h"
#include "collect/tail/tailed_file.h"

namespace headgate::collect {

Result<> pass_over(Disk& disk, const Scan& scan, Checkpoints& checkpoints, std::uint64_t sequence) {
  if (scan.retryable > 0) return Error{Fault::Retry, "start: not all log files could be looked at"};
  const RecordAssembler nothing(1);
  Decompressors decompressors;
  for (const SeenContainer& container : scan.containers) {
    for (const SeenFile& seen : container.files) {
      Result<TailedFile> file = TailedFile::open(disk, decompressors, seen, 1);
      const bool is_moved = file.ok() ? file->id() != seen.stat.id : file.error().fault == Fault::NotFound;
      if (is_moved) return Error{Fault::Retry, seen.path + ": moved while it was looked at"};
      if (!file.ok() && file.error().fault == Fault::Retry) return Error(file.error()).in("start");
      if (!file.ok() || file->unread_bytes() == 0) continue;
      FilePosition end;
      for (StreamPosition& stream : end.streams) stream.offset = file->unread_bytes();
      file->resume(end);
      checkpoints.pass_over(file->cover(nothing, {}), sequence);
    }
  }
  return {};
}

}  // namespace headgate::collect
