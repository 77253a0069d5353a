// Bytes of lines that wait in memory for the rest of their record, by tenant. When there are too many, the
// tenant that holds most delivers its lines as they are, so that its unfinished records do not split those of
// other tenants.
// Tests: tests/sim/held_bytes_test.cc
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>

#include "model/names.h"

namespace headgate::collect {

// The collect thread owns it. Memory: an entry for each tenant that holds lines.
class HeldBytes {
 public:
  // A container of the tenant held `before` bytes and now holds `now`.
  void change(const TenantId& tenant, std::size_t before, std::size_t now) {
    if (before == now) return;
    total_ += now - before;
    const auto held = tenants_.try_emplace(tenant, 0).first;
    held->second += now - before;
    if (held->second == 0) tenants_.erase(held);
  }
  std::size_t total() const { return total_; }
  // The tenant that holds most. Call it only when total() is not 0.
  const TenantId& largest() const {
    return std::max_element(tenants_.begin(), tenants_.end(),
                            [](const auto& left, const auto& right) { return left.second < right.second; })
        ->first;
  }

 private:
  std::map<TenantId, std::size_t> tenants_;
  std::size_t total_ = 0;
};

}  // namespace headgate::collect
