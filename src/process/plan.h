// What delivering an object would do, without doing it.
// Tests: src/process/processor_test.cc
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "model/notification.h"
#include "model/object_key.h"
#include "tenants/directory.h"
#include "tenants/groups.h"

namespace headgate::process {

struct PlannedDelivery {
  DestinationName destination;  // kAnyDestination when no destination can be told
  bool is_delivered = false;
  std::string what;  // where to, or why not
};

struct Planning {
  tenants::TenantDirectory& tenants;
  const tenants::Groups& groups;
  const KeyTemplate& key_template;
  const std::set<BucketName>& buckets;  // central ones
};

// By destination. Of a packed object that a destination wants a part of, the part is named. What earlier
// tries have settled is not asked about. The error is the tenant store's.
Result<std::vector<PlannedDelivery>> plan(const Planning& planning, const ObjectCreated& object,
                                          Deadline deadline);

}  // namespace headgate::process
