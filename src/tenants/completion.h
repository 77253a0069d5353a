// What a stored row leaves out and can be known all the same. It is filled in before a row is judged or used,
// so that nobody is asked for it.
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

// The account is that of the role. Of any row, also one of a document.
void complete_account(TenantConfiguration& row);

// All rows of one tenant as they are stored. Beside their accounts: with rules.predecessor_rows, a row that
// has neither version nor external id (so that it is none of ours) is read as the predecessor read it:
//  - its role is assumed with our own account as external id;
//  - without target_region it is in us-east-1, without bucket_prefix (s3) its objects are under
//  ROSA/cluster-logs/;
//  - a row of type s3 is written to by our central role, whatever role it names, and belongs to the account
//  of the tenant's
//    other rows, if these have one only;
//  - fields of the other type mean nothing, a ttl that is not after 1970 is none, and names that are twice in
//  desired_logs count once.
// Of every row, `groups` are added to desired_logs. Pure.
void complete_rows(std::vector<StoredConfiguration>& rows, const Rules& rules);

}  // namespace headgate::tenants
