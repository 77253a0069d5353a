// Handles a tenant id that is given to a new customer after another one left. Objects stored for the old
// customer may still be in the queue, or be parked. They must never reach the new one.
//
// A row records that the old customer left. It is written when a tenant's last row is deleted, or when a row
// is replaced by one of another AWS account (headgate tenant). It has the type `left` and is disabled, so
// that it is not a destination.
#pragma once

#include <optional>
#include <vector>

#include "model/tenant_configuration.h"
#include "model/time/timestamp.h"
#include "ports/tenant_store.h"

namespace headgate::tenants {

constexpr const char* kLeftType = "left";

bool is_left_row(const TenantConfiguration& row);
// The row that records that the former owner of the id left at that time.
TenantConfiguration left_row(const TenantId& tenant, Timestamp at);
// The earliest time at which an object of the present tenant may have been stored; none if nobody left.
// `rows` are all rows of the tenant. If the row of type `left` is the only one, every object belongs to
// nobody.
std::optional<Timestamp> objects_since(const std::vector<StoredConfiguration>& rows);

}  // namespace headgate::tenants
