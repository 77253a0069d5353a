// Runs another program and reads what it prints.
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "ports/clock.h"

namespace headgate::aws {

struct Program {
  std::vector<std::string> words;  // its name or path, and its arguments; no shell interprets them
  std::map<std::string, std::string, std::less<>> environment;
  std::size_t output_bytes_max = 64U << 10U;
};

// Returns the program's standard output if it exits with 0; its standard error is dropped. Fault::Denied if
// it cannot be started or fails. Fault::Retry if it does not end in time: its whole process group is then
// killed.
Result<std::string> output_of(const Program& program, const Clock& clock, Deadline deadline);

// Splits a command line into words at spaces. A word may be quoted by '...' or "...". A \ quotes the next
// character (in "..." only " and \). Fault::Invalid if a quote is not closed or there is no word.
Result<std::vector<std::string>> words_of_command(std::string_view line);

}  // namespace headgate::aws
