// Where reading continues in a log file that lost lines which were read: the node lost power before the last
// bytes of the runtime were on the disk. The file is now shorter, or has other lines there, or ends in NULs.
// Tests: tests/sim/power_loss_test.cc, tests/sim/tailing_test.cc
#pragma once

#include "base/result.h"
#include "collect/progress/position.h"
#include "ports/disk.h"

namespace headgate::collect {

// Whether the last bytes before the position that was read to are unchanged.
Result<bool> ends_as(ReadableFile& file, const CoveredFile& covered);

// For a file with the same beginning and another end. Lines up to the times in `covered` are in batches, and
// later ones are not. The position of a stream is its first line that is in no batch, or the end of the file.
// If a time goes back within a stream, a clock was set back: the lines from there count as in no batch, which
// may repeat a line but loses none. Reads the file from its beginning, and only the headers of lines.
Result<FilePosition> find_unread(ReadableFile& file, const CoveredFile& covered);

}  // namespace headgate::collect
