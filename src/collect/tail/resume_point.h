// Where to go on in a log file that does not hold any more what was read of it: the node lost power, and the
// last bytes that the runtime wrote were never on the disk. What is left is shorter, or was written on with
// other lines, or ends in NULs.
// Tests: tests/sim/power_loss_test.cc, tests/sim/tailing_test.cc
#pragma once

#include "base/result.h"
#include "collect/progress/position.h"
#include "ports/disk.h"

namespace headgate::collect {

// Whether the last bytes before the place to which the file had been read are still the same.
Result<bool> ends_as(ReadableFile& file, const CoveredFile& covered);

// The file begins as it did, and ends otherwise: lines up to the times that `covered` knows are in batches,
// those with later ones are not. A stream's position is its first line that is not, and the end of the file
// where there is none. A time that goes back within a stream is a clock that was set: what follows is not in
// batches either, which rather repeats a line than loses one. Reads the file from its beginning; of
// lines only their headers matter, however long they are.
Result<FilePosition> find_unread(ReadableFile& file, const CoveredFile& covered);

}  // namespace headgate::collect
