#include "collect/batch/spool_shares.h"

#include "base/log.h"

namespace headgate::collect {
void SpoolShares::add_sealed(std::uint64_t sequence, const TenantId& tenant, std::uint64_t bytes) {
  remove_sealed(sequence);
  Use& use = uses_[tenant];
  use.sealed_bytes += bytes;
  ++use.sealed;
  sealed_.emplace(sequence, std::pair(tenant, bytes));
}

void SpoolShares::remove_sealed(std::uint64_t sequence) {
  const auto found = sealed_.find(sequence);
  if (found == sealed_.end()) return;
  const auto tenant = uses_.find(found->second.first);
  tenant->second.sealed_bytes -= found->second.second;
  --tenant->second.sealed;
  sealed_.erase(found);
  forget_if_empty(tenant);
}

void SpoolShares::change_open(const TenantId& tenant, std::uint64_t before, std::uint64_t now) {
  if (before == now) return;
  const auto found = uses_.try_emplace(tenant).first;
  found->second.open_bytes += now - before;
  forget_if_empty(found);
}

void SpoolShares::forget_if_empty(std::map<TenantId, Use>::iterator tenant) {
  if (tenant->second.sealed == 0 && tenant->second.open_bytes == 0) uses_.erase(tenant);
}

bool SpoolShares::is_held_back(const TenantId& tenant, std::uint64_t room, SteadyTime now) {
  const auto found = uses_.find(tenant);
  if (found == uses_.end()) return false;
  Use& use = found->second;
  use.is_held_back = use.bytes() / kTimesTheRoom >= room;
  if (!use.is_held_back || !said_.happened(tenant.view(), now)) return use.is_held_back;
  log::warn("spool_share_used_up",
            "A tenant has used up its share of the spool. Its containers are not read until some of its "
            "batches are stored. Other tenants are not affected.",
            {{"tenant", tenant.view()},
             {"bytes", use.bytes()},
             {"batches_waiting", use.sealed},
             {"free_bytes", room}});
  return true;
}

bool SpoolShares::is_all_open(const TenantId& tenant) const {
  const auto found = uses_.find(tenant);
  return found != uses_.end() && found->second.sealed == 0;
}

SpoolShares::Gauges SpoolShares::gauges_of(const std::string& name) {
  return {.bytes = &metrics_.gauge("headgate_collect_tenant_spool_bytes",
                                   "Bytes of a tenant's batches in the spool, and of those being filled",
                                   {{"tenant", name}}),
          .held_back = &metrics_.gauge(
              "headgate_collect_tenant_held_back",
              "1 while a tenant's containers are not read because it takes its share of the spool",
              {{"tenant", name}})};
}

void SpoolShares::measure() {
  for (auto& [tenant, use] : uses_) {
    if (named_.size() < kNamedMax && !named_.contains(tenant))
      named_.emplace(tenant, gauges_of(tenant.str()));
  }
  for (auto& [tenant, gauges] : named_) {
    const auto use = uses_.find(tenant);
    gauges.bytes->set(use == uses_.end() ? 0 : static_cast<double>(use->second.bytes()));
    gauges.held_back->set(use != uses_.end() && use->second.is_held_back ? 1 : 0);
  }
  if (named_.size() < kNamedMax) return;
  if (other_.bytes == nullptr) other_ = gauges_of("other");
  double bytes = 0;
  bool is_any_held_back = false;
  for (const auto& [tenant, use] : uses_) {
    if (named_.contains(tenant)) continue;
    bytes += static_cast<double>(use.bytes());
    is_any_held_back = is_any_held_back || use.is_held_back;
  }
  other_.bytes->set(bytes);
  other_.held_back->set(is_any_held_back ? 1 : 0);
}

}  // namespace headgate::collect
