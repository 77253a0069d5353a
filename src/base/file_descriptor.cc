#include "base/file_descriptor.h"

#include <unistd.h>

namespace headgate {

void FileDescriptor::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace headgate
