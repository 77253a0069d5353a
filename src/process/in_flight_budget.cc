#include "process/in_flight_budget.h"

#include <algorithm>

#include "base/check.h"

namespace headgate::process {

std::size_t InFlightBudget::count(std::size_t count_max) const {
  if (all_.messages >= options_.messages_max) return 0;
  const std::size_t least = all_.messages == 0 ? 1 : 0;
  if (all_.bytes >= options_.bytes_max) return least;
  const double fit = static_cast<double>(left().bytes) / std::max(average_bytes_, 1.0);
  const std::size_t by_bytes =
      fit >= static_cast<double>(count_max) ? count_max : static_cast<std::size_t>(fit);
  return std::max(least, std::min({count_max, by_bytes, left().messages}));
}

std::size_t InFlightBudget::count_for_anyone(std::size_t count_max) const {
  const Held left = this->left();
  // One more for a tenant is one less that is left, so half of the difference is the tenant's.
  std::size_t count = std::min(this->count(count_max), left.messages / 2 + left.messages % 2);
  for (const auto& [tenant, held] : held_) {
    if (!is_less(held, left)) return 0;
    const double by_bytes = static_cast<double>(left.bytes - held.bytes) / 2 / std::max(average_bytes_, 1.0);
    if (by_bytes < static_cast<double>(count)) {
      count = std::min(count, std::max<std::size_t>(1, static_cast<std::size_t>(by_bytes)));
    }
    count = std::min(count, (left.messages - held.messages + 1) / 2);
  }
  return count;
}

bool InFlightBudget::has_share_for(const TenantId& tenant) const {
  const auto found = held_.find(tenant);
  return found == held_.end() || is_less(found->second, left());
}

std::uint64_t InFlightBudget::charge(std::uint64_t object_bytes, std::size_t body_bytes) const {
  constexpr std::uint64_t kMost = 1ULL << 40U;  // far from where sums over all messages would wrap
  const std::uint64_t share = std::clamp<std::uint64_t>(options_.bytes_max / 8, 1, kMost);
  return std::min(object_bytes, share) + std::min<std::uint64_t>(body_bytes, kMost);
}

void InFlightBudget::take(const TenantId& tenant, std::uint64_t bytes) {
  constexpr double kWeight = 0.1;
  average_bytes_ += kWeight * (static_cast<double>(bytes) - average_bytes_);
  for (Held* held : {&all_, &held_[tenant]}) {
    ++held->messages;
    held->bytes += bytes;
  }
}

void InFlightBudget::give_back(const TenantId& tenant, std::uint64_t bytes) {
  const auto found = held_.find(tenant);
  CHECK(found != held_.end());
  for (Held* held : {&all_, &found->second}) {
    CHECK(held->messages > 0 && held->bytes >= bytes);
    --held->messages;
    held->bytes -= bytes;
  }
  if (found->second.messages == 0) held_.erase(found);
}

InFlightBudget::Held InFlightBudget::left() const {
  return {.messages = options_.messages_max - std::min(options_.messages_max, all_.messages),
          .bytes = options_.bytes_max - std::min(options_.bytes_max, all_.bytes)};
}

bool InFlightBudget::is_less(const Held& held, const Held& left) {
  return held.messages < left.messages && held.bytes < left.bytes;
}

}  // namespace headgate::process
