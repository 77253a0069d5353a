#include "base/backoff.h"

#include <algorithm>

namespace headgate {

std::chrono::milliseconds Backoff::wait(std::uint32_t failures, std::uint64_t random) const {
  constexpr std::uint32_t kDoublingsMax = 30;  // beyond it any sane `longest` has long been reached
  const std::uint32_t doublings = std::min(failures > 0 ? failures - 1 : 0, kDoublingsMax);
  const std::int64_t scaled = first.count() * (std::int64_t{1} << doublings);
  const std::int64_t ceiling = std::max<std::int64_t>(1, std::min<std::int64_t>(longest.count(), scaled));
  const std::int64_t fixed = ceiling / 2;
  const auto spread = static_cast<std::uint64_t>(ceiling - fixed) + 1;
  return std::chrono::milliseconds{fixed + static_cast<std::int64_t>(random % spread)};
}

}  // namespace headgate
