#include "base/file_descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace headgate {

void FileDescriptor::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

int write_all(int descriptor, std::string_view bytes) noexcept {
  const int errno_before = errno;
  int failed = 0;
  while (!bytes.empty() && failed == 0) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failed = errno;
    }
  }
  errno = errno_before;
  return failed;
}

}  // namespace headgate
