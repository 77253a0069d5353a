#include "cli/descriptor_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace headgate::cli {
namespace {

// Whoever gave us the descriptor may have made it non-blocking: a full pipe is then waited for here.
void wait_writable(int descriptor) {
  pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
  ::poll(&waited, 1, 1000);
}

}  // namespace

Result<> DescriptorSink::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      wait_writable(descriptor_);
    } else if (errno == EPIPE) {
      return Error{Fault::Stopped, name_ + ": the program that reads it has ended"};
    } else if (errno != EINTR) {
      return error_from_errno(errno, name_);
    }
  }
  return {};
}

}  // namespace headgate::cli
