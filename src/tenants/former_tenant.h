// A tenant id that is given to a new customer after another one left. What was stored for the old one may
// still wait in the queue, or parked; it must never reach the new one.
//
// The row that says so is written when a tenant's last row is deleted, or when a row is replaced by one of
// another AWS account (headgate tenant). It has the type `left` and is disabled, so that it is no destination
// to anybody.
#pragma once

#include <optional>
#include <vector>

#include "model/tenant_configuration.h"
#include "model/time/timestamp.h"
#include "ports/tenant_store.h"

namespace headgate::tenants {

constexpr const char* kLeftType = "left";

bool is_left_row(const TenantConfiguration& row);
// Says that whoever had the id left at that time.
TenantConfiguration left_row(const TenantId& tenant, Timestamp at);
// The earliest that an object may have been stored to be the present tenant's; nothing when nobody left.
// `rows` are all that the tenant has: without any but the row of type `left`, nothing is anybody's.
std::optional<Timestamp> objects_since(const std::vector<StoredConfiguration>& rows);

}  // namespace headgate::tenants
