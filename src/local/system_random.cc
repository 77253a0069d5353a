#include "local/system_random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace headgate::local {

std::uint64_t SystemRandom::next() {
  std::uint64_t number = 0;
  ssize_t bytes = 0;
  do {
    bytes = ::getrandom(&number, sizeof number, 0);
  } while (bytes < 0 && errno == EINTR);
  // Up to 256 bytes come whole once the kernel is seeded (getrandom(2)); without them no id is safe.
  CHECK(bytes == static_cast<ssize_t>(sizeof number));
  return number;
}

}  // namespace headgate::local
