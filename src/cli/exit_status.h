// What a command's exit status says (docs/exit-codes.md).
#pragma once

namespace headgate::cli {

constexpr int kExitFailure = 1;  // it failed; the same command may succeed later
constexpr int kExitUsage = 2;    // the command line or the configuration cannot be used: nothing was done
constexpr int kExitLeft = 3;     // done as far as possible: something is parked, refused, or not done yet
constexpr int kExitLost = 4;     // something that should be delivered is gone

}  // namespace headgate::cli
