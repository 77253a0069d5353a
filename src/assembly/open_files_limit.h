// How many files the process may have open.
#pragma once

#include <cstddef>

namespace headgate::assembly {

// Raises the soft limit (RLIMIT_NOFILE) to the hard one, which needs no privilege, and returns the limit in
// force. https://man7.org/linux/man-pages/man2/getrlimit.2.html
std::size_t raise_open_files_limit();

// How an agent divides the limit. Pure.
struct OpenFiles {
  std::size_t log_files_max = 0;
  std::size_t batches_max = 0;  // each open batch can have a file in the spool
};
// At most `batches_wanted` batches, which is not 0. A limit below kLimitLeast counts as kLimitLeast.
OpenFiles divide_open_files(std::size_t limit, std::size_t batches_wanted);

}  // namespace headgate::assembly
