// What one try at a message, or at one part of it, came to.
#pragma once

#include <chrono>
#include <cstdint>

#include "process/verdict.h"

namespace headgate::process {

// How the destinations did, the worst that held a thread up last. Unknown: none was called. Refused: none was
// called, because they did not answer lately. Good: some were called, and those did well; Bad: not all did.
enum class Health : std::uint8_t { Unknown, Refused, Good, Bad };

struct Outcome {
  Verdict verdict = Verdict::Done;
  std::chrono::milliseconds not_before{0};  // of TryLater: until then it is no use
  Health health = Health::Unknown;
  bool is_left_off = false;  // of TryLater: nothing is wrong, we had to leave
};

// Of two parts of one message: not done while one of them is not; to be tried again when the first of them
// may be.
Outcome both(const Outcome& left, const Outcome& right);

}  // namespace headgate::process
