// The kernel's random numbers behind the Random port.
#pragma once

#include "ports/random.h"

namespace headgate::local {

// Thread-safe, without state, so that a forked child never repeats its parent's numbers. Every number comes
// from getrandom(2), so it is good enough for external ids and receipts, which must not be guessed.
class SystemRandom : public Random {
 public:
  std::uint64_t next() override;
};

}  // namespace headgate::local
