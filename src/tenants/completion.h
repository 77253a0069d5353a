// Fills in values that a stored row leaves out although they are known. This happens before a row is checked
// or used, so that nobody has to write them.
#pragma once

#include <string>
#include <vector>

#include "model/tenant_configuration.h"
#include "ports/tenant_store.h"
#include "tenants/validate.h"

namespace headgate::tenants {

// The predecessor's defaults.
constexpr const char* kPredecessorRegion = "us-east-1";
constexpr const char* kPredecessorPrefix = "ROSA/cluster-logs/";

// Takes the account from the role. For any row, also one in a document.
void complete_account(TenantConfiguration& row);

// Completes all rows of one tenant, as they are stored. Each gets its account, and `groups` are added to
// desired_logs.
// With rules.predecessor_rows, a row without version and external id is not ours, and is read as the
// predecessor read it:
// - Its role is assumed with our own account as external id.
// - Without target_region it is in us-east-1. Without bucket_prefix (s3) its objects are under
// ROSA/cluster-logs/.
// - A row of type s3 is written with our central role, whatever role it names. It belongs to the account of
// the tenant's other rows, if these have only one.
// - Fields of the other type are ignored, a ttl that is not after 1970 counts as none, and duplicates in
// desired_logs count once.
// Pure.
void complete_rows(std::vector<StoredConfiguration>& rows, const Rules& rules);

}  // namespace headgate::tenants
