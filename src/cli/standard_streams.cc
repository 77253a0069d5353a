#include "cli/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ostream>

#include "cli/exit_status.h"

namespace headgate::cli {

void open_missing_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest number that is free is this one, as those below it are open by now.
    const int opened = ::open("/dev/null", O_RDWR);  // NOLINT(cppcoreguidelines-pro-type-vararg)
    if (opened > STDERR_FILENO) ::close(opened);
  }
}

int status_with_output(int status, std::ostream& output, std::ostream& complaints) {
  output.flush();
  if (output) return status;
  complaints << "headgate: not all of the output could be written to standard output, so it is "
                "incomplete\n";
  return status == 0 ? kExitFailure : status;
}

}  // namespace headgate::cli
