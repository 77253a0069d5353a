#include "process/shares.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace headgate::process {

Shares::Shares(std::size_t threads) : threads_(threads) {
  CHECK(threads > 0);
}

void Shares::add(const TenantId& tenant, std::uint64_t number) {
  if (tenants_.size() >= kTenantsMax) forget_idle();
  tenants_[tenant].waiting.push_back(number);
  ++waiting_;
}

bool Shares::may_start(const Tenant& tenant) const {
  if (tenant.waiting.empty() || tenant.running >= tenant.allowed || running_ >= threads_) return false;
  const std::size_t unproven_max = std::max<std::size_t>(1, threads_ / 2);
  if (!tenant.is_proven && running_unproven_ >= unproven_max) return false;
  const std::size_t idle = threads_ - running_;
  return tenant.running == 0 || idle > threads_ / 4;
}

std::optional<Shares::Next> Shares::next() {
  auto best = tenants_.end();
  for (auto tenant = tenants_.begin(); tenant != tenants_.end(); ++tenant) {
    if (!may_start(tenant->second)) continue;
    const auto rank = [](const Tenant& one) { return std::tuple(one.running, one.served); };
    if (best == tenants_.end() || rank(tenant->second) < rank(best->second)) best = tenant;
  }
  if (best == tenants_.end()) return std::nullopt;
  Tenant& tenant = best->second;
  const Next next{.tenant = best->first, .number = tenant.waiting.front()};
  tenant.waiting.pop_front();
  tenant.served = ++served_;
  ++tenant.running;
  if (!tenant.is_proven) ++running_unproven_;
  --waiting_;
  ++running_;
  return next;
}

void Shares::done(const TenantId& tenant, Health health) {
  const auto found = tenants_.find(tenant);
  CHECK(found != tenants_.end() && found->second.running > 0);
  Tenant& one = found->second;
  if (!one.is_proven) running_unproven_ -= one.running;
  --one.running;
  --running_;
  if (health == Health::Good) {
    one.is_proven = true;
    one.has_failed = false;
    one.allowed = std::min(one.allowed + 1, threads_);
  } else if (health == Health::Bad) {
    one.is_proven = false;
    one.has_failed = true;
    one.allowed = 1;
  }
  if (!one.is_proven) running_unproven_ += one.running;
}

std::deque<Shares::Next> Shares::clear() {
  std::deque<Next> all;
  for (auto& [name, tenant] : tenants_) {
    for (const std::uint64_t number : tenant.waiting) all.push_back({.tenant = name, .number = number});
    tenant.waiting.clear();
  }
  waiting_ = 0;
  return all;
}

bool Shares::is_held_up(const TenantId& tenant) const {
  const auto found = tenants_.find(tenant);
  return found != tenants_.end() && found->second.has_failed && !found->second.waiting.empty();
}

void Shares::forget_idle() {
  std::erase_if(tenants_,
                [](const auto& entry) { return entry.second.waiting.empty() && entry.second.running == 0; });
}

}  // namespace headgate::process
