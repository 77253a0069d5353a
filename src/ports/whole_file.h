// Reads a small file of the Disk port at once.
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <string>

#include "ports/disk.h"

namespace headgate {

// Fault::Invalid if the file is longer than `bytes_max`.
Result<std::string> read_whole_file(Disk& disk, const std::string& path, std::size_t bytes_max);

}  // namespace headgate
