// Standard input, output and error of the process: that they are there, and that what was written arrived.
#pragma once

#include <iosfwd>

namespace headgate::cli {

// Whoever starts us may have closed descriptors 0, 1 or 2. The next files that we open would get these
// numbers, and our log lines would be written into them: a lock, a batch, the checkpoints. Opens /dev/null in
// their place. Before the process opens anything else.
void open_missing_standard_descriptors();

// Gives the exit status of a command that ended with `status` and wrote to `output`. A command that succeeded
// but whose output could not be written (a full disk, a closed pipe) has failed, and says so.
int status_with_output(int status, std::ostream& output, std::ostream& complaints);

}  // namespace headgate::cli
