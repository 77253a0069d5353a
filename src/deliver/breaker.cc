#include "deliver/breaker.h"

#include <algorithm>

namespace headgate::deliver {

using std::chrono::milliseconds;

Breaker::Permit Breaker::ask(SteadyTime now) {
  if (!is_open()) return {};
  if (now < open_until_) return {.wait = std::chrono::ceil<milliseconds>(open_until_ - now)};
  if (is_probing(now)) {
    return {.wait = std::min(options_.probe_wait, std::chrono::ceil<milliseconds>(probing_until_ - now))};
  }
  probing_until_ = now + options_.probe_max;
  probe_ = ++probes_;
  return {.wait = std::nullopt, .probe = probe_};
}

void Breaker::give_back(std::uint64_t probe) {
  if (probe_ == probe) probe_ = 0;
}

void Breaker::succeeded() {
  weight_ = 0;
  opened_ = 0;
  open_until_ = kLongAgo;
  probe_ = 0;
}

void Breaker::failed(SteadyTime now, Failure how) {
  constexpr std::uint32_t kDoublingsMax = 20;
  const std::uint32_t weight = how == Failure::Silent ? kSilentWeight : 1;
  weight_ = std::min(weight_ + weight, options_.weight_max);
  probe_ = 0;
  // Of calls that were under way when it opened the first one counted.
  if (!is_open() || now < open_until_) return;
  const std::uint32_t doublings = std::min(opened_++, kDoublingsMax);
  const milliseconds longest = how == Failure::Silent ? options_.silent_longest : options_.open_longest;
  open_until_ = now + std::min<milliseconds>(longest, options_.open_first * (1LL << doublings));
}

}  // namespace headgate::deliver
