// The kernel's random numbers behind the Random port.
#pragma once

#include "ports/random.h"

namespace headgate::local {

// Any thread; holds nothing, so that a forked child never repeats its parent's numbers. Good enough for
// external ids and receipts, which must not be guessed: every number comes from getrandom(2).
class SystemRandom : public Random {
 public:
  std::uint64_t next() override;
};

}  // namespace headgate::local
