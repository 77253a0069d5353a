// Where reading begins in files that are not to be read from their begin: those that are there when an agent
// first starts on a node, or when a pod is collected again that was left out.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "collect/checkpoints.h"
#include "collect/tail/pod_log_directory.h"
#include "ports/disk.h"

namespace headgate::collect {

enum class Start : std::uint8_t { Begin, End };

// Tells `checkpoints` of every file that was found, whether or not its pod is known yet, that it is not to be
// read before where it ends now. `sequence` as Checkpoints::pass_over() wants it. Fault::Retry where files
// moved meanwhile, or one cannot be read now: scan again. A file that may not be read is left out, and read
// from its begin should it ever be.
Result<> pass_over(Disk& disk, const Scan& scan, Checkpoints& checkpoints, std::uint64_t sequence);

}  // namespace headgate::collect
