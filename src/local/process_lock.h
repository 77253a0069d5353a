// Keeps a second process from working on what one process must have for itself: an agent's data directory,
// the state file of `headgate local`. Two agents on one directory delete each other's open batches and seal
// under the same numbers: lines are lost and doubled.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "ports/clock.h"

namespace headgate::local {

// An flock(2) on a file, for the life of this object: it goes with the process, however that ends, and is
// never removed. The file says who holds it. docs/contributing/formats/spool.md
class ProcessLock {
 public:
  struct Options {
    std::string version = {};  // of this program, for whoever finds it locked
    // A process that is being replaced may still be stopping.
    std::chrono::milliseconds wait_max{0};
  };
  // `path` is made when it is not there; its directory must be. Retry: another process holds it, and still
  // did after the wait; the error says which, and since when. Denied: we may not write there, or a newer
  // headgate worked there (its formats may be newer, too). Stopped: `stop` was asked for while it waited.
  static Result<ProcessLock> take(Clock& clock, const std::string& path, const Options& options,
                                  const std::stop_token& stop);

 private:
  explicit ProcessLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace headgate::local
