// Tells which directories of the node changed, so that files without changes need not be looked at.
// Tests: src/local/inotify_events_test.cc
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace headgate {

// For one thread. Events are only hints where to look. They may be lost (then `is_overflown`), be repeated,
// or report changes that were already seen. Nothing here waits, because the thread that takes events has
// other work too.
class FileEvents {
 public:
  virtual ~FileEvents() = default;

  // Reports changes in this directory from now on, but not in directories below it, until the directory is
  // removed. Watching a directory again costs nothing. Fault::NotFound if it does not exist. Fault::Retry if
  // a limit of the machine is reached. Fault::Invalid if its file system reports no changes, as network file
  // systems: the caller must poll instead.
  virtual Result<> watch(const std::string& directory) = 0;

  struct Changed {
    std::string directory;              // as passed to watch()
    bool are_names_changed = false;     // an entry was created, renamed or removed
    bool are_contents_changed = false;  // a file in it was written; writes to targets of links are not
                                        // reported
  };
  struct Changes {
    std::vector<Changed> directories;  // each directory once
    bool is_overflown = false;         // some changes are missing, so all directories must be looked at
  };
  // The changes since the last call.
  virtual Changes take() = 0;
};

}  // namespace headgate
