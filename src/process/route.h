// Where an object goes: the decisions that the processor carries out and the dry run shows.
// Tests: src/process/processor_test.cc
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/names.h"
#include "model/object_key.h"
#include "model/tenant_configuration.h"
#include "process/task.h"
#include "tenants/groups.h"

namespace headgate::process {

enum class Fate : std::uint8_t {
  Deliver,
  Filter,       // its tenant does not want it there
  Acknowledge,  // it needs no delivery
  Refuse,       // its message goes to quarantine
  Park,         // someone has to change the configuration first
};

struct Route {
  Fate fate = Fate::Deliver;
  std::string reason = {};  // of every fate but Deliver
};

// From the object's bucket and key alone; Deliver: its tenant's configurations decide.
Route route_of(const NamedObject& named, const std::set<BucketName>& central_buckets);
// At one destination of its tenant. Of a packed object (KeyFields::is_packed()) each record is chosen when it
// is read, so it is delivered.
Route route_at(const TenantConfiguration& configuration, const KeyFields& fields,
               const tenants::Groups& groups, const std::set<BucketName>& central_buckets);

// Each reason once, the first ones in words: a message may hold a hundred.
std::string reasons_in_words(std::vector<std::string> reasons);

}  // namespace headgate::process
