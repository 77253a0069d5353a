#include "local/system_clock.h"

#include <algorithm>

#include "base/mutex.h"

namespace headgate::local {

Timestamp SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

SteadyTime SystemClock::steady() const {
  return std::chrono::steady_clock::now();
}

bool SystemClock::sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) {
  // A year is for ever here, and keeps the sum below in range.
  constexpr std::chrono::nanoseconds kLongest = std::chrono::hours{24 * 366};
  const SteadyTime until = steady() + std::clamp(wait, std::chrono::nanoseconds{0}, kLongest);
  Mutex mutex;
  CondVar stopped;  // woken by `stop` alone
  const MutexLock lock(mutex);
  while (stopped.wait_until(mutex, until, stop)) {
  }
  return stop.stop_requested();
}

}  // namespace headgate::local
