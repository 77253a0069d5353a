#include "deliver/breaker.h"

#include <algorithm>

namespace headgate::deliver {

using std::chrono::milliseconds;

std::optional<milliseconds> Breaker::refusal(SteadyTime now) {
  if (!is_open()) return std::nullopt;
  const SteadyTime until = std::max(open_until_, probing_until_);
  if (now < until) return std::chrono::ceil<milliseconds>(until - now);
  probing_until_ = now + options_.probe_max;
  return std::nullopt;
}

void Breaker::succeeded() {
  weight_ = 0;
  opened_ = 0;
  open_until_ = kLongAgo;
  probing_until_ = kLongAgo;
}

void Breaker::failed(SteadyTime now, std::uint32_t weight) {
  constexpr std::uint32_t kDoublingsMax = 20;
  weight_ = std::min(weight_ + weight, options_.weight_max);
  probing_until_ = kLongAgo;
  // Of calls that were under way when it opened the first one counted.
  if (!is_open() || now < open_until_) return;
  const std::uint32_t doublings = std::min(opened_++, kDoublingsMax);
  open_until_ = now + std::min<milliseconds>(options_.open_longest, options_.open_first * (1LL << doublings));
}

}  // namespace headgate::deliver
