// Keeps a second process away from what one process must have for itself: an agent's data directory, or the
// state file of `headgate local`. Two agents in one directory would delete each other's open batches and use
// the same sequence numbers, so that lines are lost and duplicated.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "ports/clock.h"

namespace headgate::local {

// Holds an flock(2) on a file while this object exists. The lock ends with the process, whatever ends that.
// The file is never removed, and says which process holds it. docs/contributing/formats/spool.md
class ProcessLock {
 public:
  struct Options {
    std::string version = {};  // this program's version, for those who find the file locked
    // How long to wait, because a process that is being replaced may still be stopping.
    std::chrono::milliseconds wait_max{0};
  };
  // Creates `path` if it does not exist; its directory must exist. Fault::Retry if another process still
  // holds the lock after the wait; the error says which process, and since when. Fault::Denied if we may not
  // write there, or if a newer headgate has worked there, whose formats may be newer too. Fault::Stopped if
  // `stop` was requested during the wait.
  static Result<ProcessLock> take(Clock& clock, const std::string& path, const Options& options,
                                  const std::stop_token& stop);

 private:
  explicit ProcessLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace headgate::local
