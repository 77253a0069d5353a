// What became of objects, for people and scripts: a word, the numbers behind it, an exit status.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "process/outcome.h"

namespace headgate::cli {

// The worst that is true of any of the deliveries: lost, refused, parked, not done, done, done before,
// filtered, disabled, nothing to do.
std::string_view word_of(const process::Tally& tally);
// "delivered 1, parked 2"; what was settled before is told apart: "delivered before 1".
std::string numbers_of(const process::Tally& tally);
int exit_status_of(const process::Tally& tally);
// If something is parked: what the reader can do about it.
void tell_of_parked(std::ostream& output, const process::Tally& tally);

}  // namespace headgate::cli
