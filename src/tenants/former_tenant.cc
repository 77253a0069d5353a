#include "tenants/former_tenant.h"

#include <algorithm>

namespace headgate::tenants {

bool is_left_row(const TenantConfiguration& row) {
  return row.type.view() == kLeftType;
}

TenantConfiguration left_row(const TenantId& tenant, Timestamp at) {
  TenantConfiguration row;
  row.tenant = tenant;
  row.type = DestinationName(kLeftType);
  row.created_at = to_rfc3339(at);
  row.updated_at = row.created_at;
  return row;
}

std::optional<Timestamp> objects_since(const std::vector<StoredConfiguration>& rows) {
  std::optional<Timestamp> left_at;
  std::optional<Timestamp> made_at;
  for (const StoredConfiguration& row : rows) {
    const std::optional<Timestamp> at = parse_rfc3339(row.configuration.created_at);
    if (is_left_row(row.configuration)) {
      // The row does not say when, so nothing that is stored by now belongs to the new tenant.
      left_at = at ? *at : Timestamp::from_seconds(std::int64_t{1} << 33U);
    } else if (at) {
      made_at = made_at ? std::min(*made_at, *at) : *at;
    }
  }
  if (!left_at) return std::nullopt;
  // What is stored between the two times is also the old customer's, whose pods may have run on.
  return made_at ? std::max(*left_at, *made_at) : *left_at;
}

}  // namespace headgate::tenants
