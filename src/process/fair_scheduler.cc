#include "process/fair_scheduler.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace headgate::process {

FairScheduler::FairScheduler(std::size_t threads) : threads_(threads) {
  CHECK(threads > 0);
}

void FairScheduler::add(const TenantId& tenant, std::uint64_t number) {
  if (tenants_.size() >= kTenantsMax) forget_idle();
  tenants_[tenant].waiting.push_back(number);
  with_waiting_.insert(tenant);
  ++waiting_;
}

bool FairScheduler::may_start(const Tenant& tenant) const {
  if (tenant.waiting.empty() || tenant.running >= tenant.allowed || running_ >= threads_) return false;
  const std::size_t unproven_max = proven_ > 0 ? std::max<std::size_t>(1, threads_ / 2) : threads_;
  if (!tenant.is_proven && running_unproven_ >= unproven_max) return false;
  const std::size_t idle = threads_ - running_;
  return tenant.running == 0 || idle > threads_ / 4;
}

std::optional<FairScheduler::Next> FairScheduler::next() {
  auto best = tenants_.end();
  for (const TenantId& name : with_waiting_) {
    const auto tenant = tenants_.find(name);
    if (!may_start(tenant->second)) continue;
    const auto rank = [](const Tenant& one) { return std::tuple(one.running, one.served); };
    if (best == tenants_.end() || rank(tenant->second) < rank(best->second)) best = tenant;
  }
  if (best == tenants_.end()) return std::nullopt;
  Tenant& tenant = best->second;
  const Next next{.tenant = best->first, .number = tenant.waiting.front()};
  tenant.waiting.pop_front();
  if (tenant.waiting.empty()) with_waiting_.erase(next.tenant);
  tenant.served = ++served_;
  ++tenant.running;
  if (!tenant.is_proven) ++running_unproven_;
  --waiting_;
  ++running_;
  return next;
}

void FairScheduler::done(const TenantId& tenant, Health health) {
  const auto found = tenants_.find(tenant);
  CHECK(found != tenants_.end() && found->second.running > 0);
  Tenant& one = found->second;
  --one.running;
  --running_;
  if (!one.is_proven) --running_unproven_;
  judge(one, health);
}

void FairScheduler::succeeded(const TenantId& tenant) {
  const auto found = tenants_.find(tenant);
  CHECK(found != tenants_.end() && found->second.running > 0);
  judge(found->second, Health::Good);
}

void FairScheduler::judge(Tenant& tenant, Health health) {
  if (!tenant.is_proven) running_unproven_ -= tenant.running;
  if (health == Health::Good) {
    prove(tenant, true);
    tenant.has_failed = false;
    tenant.allowed = std::min(tenant.allowed + 1, threads_);
  } else if (health == Health::Bad || health == Health::Refused) {
    prove(tenant, false);
    tenant.has_failed = true;
    tenant.allowed = 1;
  }
  if (!tenant.is_proven) running_unproven_ += tenant.running;
}

void FairScheduler::prove(Tenant& tenant, bool is_proven) {
  if (is_proven && !tenant.is_proven) ++proven_;
  if (!is_proven && tenant.is_proven) --proven_;
  tenant.is_proven = is_proven;
}

std::deque<FairScheduler::Next> FairScheduler::clear() {
  std::deque<Next> all;
  for (const TenantId& name : with_waiting_) {
    Tenant& tenant = tenants_[name];
    for (const std::uint64_t number : tenant.waiting) all.push_back({.tenant = name, .number = number});
    tenant.waiting.clear();
  }
  with_waiting_.clear();
  waiting_ = 0;
  return all;
}

bool FairScheduler::is_held_up(const TenantId& tenant) const {
  const auto found = tenants_.find(tenant);
  return found != tenants_.end() && found->second.has_failed && !found->second.waiting.empty();
}

void FairScheduler::forget_idle() {
  std::erase_if(tenants_, [this](const auto& entry) {
    const Tenant& tenant = entry.second;
    if (!tenant.waiting.empty() || tenant.running > 0) return false;
    if (tenant.is_proven) --proven_;
    return true;
  });
}

}  // namespace headgate::process
