// Where the checkout is, for tests that read its documents or start its scripts. One generated source knows
// the path: as a definition on the command line it would keep two checkouts from sharing what the compiler
// cache holds.
#pragma once

#include <string>

namespace headgate::fakes {

std::string source_directory();  // absolute, without a slash at its end

}  // namespace headgate::fakes
