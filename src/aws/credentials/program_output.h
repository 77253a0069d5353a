// What another program prints.
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
  std::vector<std::string> words;  // its name or path, and its arguments: no shell reads them
  std::map<std::string, std::string, std::less<>> environment;
  std::size_t output_bytes_max = 64U << 10U;
};

// Its standard output, when it ends with 0. Its standard error is dropped. Denied when it cannot be started
// or ends otherwise, Retry when it is not done in time: then it and what it started is killed.
Result<std::string> output_of(const Program& program, const Clock& clock, Deadline deadline);

// A command line as words: space between them, '...' and "..." around them, \ before any one character (in
// "..." only before " and \). Invalid when a quote is not closed or there is no word.
Result<std::vector<std::string>> words_of_command(std::string_view line);

}  // namespace headgate::aws
