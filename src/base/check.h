// CHECK is for our own mistakes and stays on in release: stopping loses nothing, going on might.
// Never CHECK what came from outside (a file, a header, a tenant's configuration, AWS): that is a Result.
// Tests: src/base/metrics_test.cc
#pragma once

namespace headgate {

// Prints where and what to stderr and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace headgate

#define CHECK(condition)                                        \
  do {                                                          \
    if (!(condition)) [[unlikely]]                              \
      ::headgate::check_failed(__FILE__, __LINE__, #condition); \
  } while (false)
