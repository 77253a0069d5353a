// Which directories of the node changed, so that files in which nothing happens need not be looked at.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace headgate {

// One thread. It only ever says where to look: events may be lost (then `is_overflown`), come twice, or be
// of changes that were seen already. Nobody waits on it: who takes events has other work too.
class FileEvents {
 public:
  virtual ~FileEvents() = default;

  // From now on changes in the directory are told, not those below its directories; until it is removed.
  // Again for the same directory: costs nothing. NotFound when it is not there; Retry when the machine's
  // limits are reached, Invalid where changes are not told of (network file systems): poll instead.
  virtual Result<> watch(const std::string& directory) = 0;

  struct Changed {
    std::string directory;              // as given to watch()
    bool are_names_changed = false;     // something was made, renamed or removed in it
    bool are_contents_changed = false;  // a file in it was written; not told of what lies behind links
  };
  struct Changes {
    std::vector<Changed> directories;  // each once
    bool is_overflown = false;         // some are missing: look at everything
  };
  // What happened since the last call.
  virtual Changes take() = 0;
};

}  // namespace headgate
