#include "loggen/pacer.h"

#include <algorithm>

namespace headgate::loggen {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::chrono::seconds kBehindMax{1};

}  // namespace

std::chrono::nanoseconds Pacer::offset_of(std::uint64_t line, std::uint64_t rate) {
  // Whole seconds apart, so that no product overflows. Up, so that at this moment due() counts the line.
  return std::chrono::nanoseconds{line / rate * kSecondNs + (line % rate * kSecondNs + rate - 1) / rate};
}

std::uint64_t Pacer::due_in_all(SteadyTime now) const {
  if (now < start_) return 0;
  const auto elapsed = static_cast<std::uint64_t>((now - start_).count());
  // The smallest count whose line is not yet due: line 0 is due at once.
  return elapsed / kSecondNs * rate_ + elapsed % kSecondNs * rate_ / kSecondNs + 1;
}

std::uint64_t Pacer::due(SteadyTime now) {
  const std::chrono::nanoseconds late = now - due_at();
  if (late > kBehindMax) {
    start_ += late - kBehindMax;
    behind_ += late - kBehindMax;
  }
  const std::uint64_t all = due_in_all(now);
  return all > taken_ ? all - taken_ : 0;
}

std::chrono::nanoseconds Pacer::rest(SteadyTime now) const {
  return std::max<std::chrono::nanoseconds>(kPacingSlice, due_at() - now);
}

}  // namespace headgate::loggen
