// How much memory a test of streams takes.
#pragma once

#include <cstddef>
#include <fstream>

namespace headgate::fakes {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kFreedBytes = 400U << 20U;  // memory that a sanitizer keeps for a while
#else
constexpr std::size_t kFreedBytes = 0;
#endif

inline std::size_t resident_bytes() {
  constexpr std::size_t kPageBytes = 4096;
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * kPageBytes;
}

}  // namespace headgate::fakes
