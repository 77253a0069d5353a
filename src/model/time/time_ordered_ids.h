// UUIDs that sort by the time they were made (version 7): names of objects that were sealed in one second
// then sort in the order of sealing. https://www.rfc-editor.org/rfc/rfc9562.html#name-uuid-version-7
#pragma once

#include <cstdint>
#include <string>

#include "model/time/timestamp.h"

namespace headgate {

// Each id is greater than the previous one, even if the clock stands still or steps back (RFC 9562, 6.2). The
// twelve bits after the millisecond are its fraction. The next id's time is at least the last one's plus one.
// For one thread.
class TimeOrderedIds {
 public:
  // 36 lower-case characters. `random` is any uniform 64-bit number. Times before 1970 count as 1970.
  std::string next(Timestamp now, std::uint64_t random);

 private:
  std::uint64_t last_ = 0;  // milliseconds since 1970 and their 4096ths, as one number
};

}  // namespace headgate
