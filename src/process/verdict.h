// What becomes of a delivery, and of a queue message, after one try. Pure: each item of the promises
// (docs/contributing/guarantees-and-tests.md) is a test of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace headgate::process {

enum class Verdict : std::uint8_t {
  Done,      // nothing is left to do here
  TryLater,  // leave it, and come back after a wait
  Park,      // someone has to mend something first: keep it in the ledger, with the reason
};

// After one try at one destination.
Verdict verdict_on(const Error& error);

// A message is done when every object and destination it stands for is settled: the worst of both.
Verdict worse(Verdict left, Verdict right);

std::string_view name_of(Verdict verdict);

}  // namespace headgate::process
