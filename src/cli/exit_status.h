// What a command's exit status says (docs/exit-codes.md).
#pragma once

namespace headgate::cli {

constexpr int kExitFailure = 1;  // it failed; the same may work later
constexpr int kExitUsage = 2;    // the command line or the configuration cannot be used: nothing was done
constexpr int kExitLeft = 3;     // done as far as it goes: something is parked, refused, or not done yet
constexpr int kExitLost = 4;     // something is gone that was to be delivered

}  // namespace headgate::cli
