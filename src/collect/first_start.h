// Where reading starts in files whose old lines are skipped: files that exist when an agent first starts on a
// node, or when an excluded pod is selected again.
// Tests: tests/sim/restarting_test.cc
#pragma once

#include <cstdint>

#include "base/result.h"
#include "collect/progress/checkpoints.h"
#include "collect/tail/pod_log_directory.h"
#include "ports/disk.h"

namespace headgate::collect {

enum class Start : std::uint8_t { Begin, End };

// Notes in `checkpoints` that every file of `scan` is skipped up to its present end, whether or not its pod
// is known. `sequence` is as for Checkpoints::pass_over(). Fault::Retry when files moved since the scan, or
// one cannot be read now: scan again. A file that we may not read is not noted; if that changes, it is read
// from its beginning.
Result<> pass_over(Disk& disk, const Scan& scan, Checkpoints& checkpoints, std::uint64_t sequence);

}  // namespace headgate::collect
