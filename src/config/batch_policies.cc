#include "config/batch_policies.h"

#include <set>
#include <string_view>

#include "config/setting_value.h"

namespace headgate::config {
namespace {

template <typename Value>
Result<Value> within(Result<Value> value, Value least, Value most, const std::string& range) {
  if (value.ok() && (*value < least || *value > most)) return Error{Fault::Invalid, "must be from " + range};
  return value;
}

Result<> take(std::string_view key, std::string_view value, collect::BatchPolicy& into) {
  if (key == "partition") {
    if (value != "pod" && value != "tenant") return Error{Fault::Invalid, "must be pod or tenant"};
    into.partition = value == "pod" ? collect::Partition::Pod : collect::Partition::Tenant;
  } else if (key == "age_max") {
    into.age_max = TRY(within(parse_duration(value), kBatchAgeLeast, kBatchAgeMost,
                              duration_text(kBatchAgeLeast) + " to " + duration_text(kBatchAgeMost)));
  } else if (key == "bytes_max") {
    into.bytes_max = TRY(within(parse_bytes(value), kBatchBytesLeast, kBatchBytesMost,
                                bytes_text(kBatchBytesLeast) + " to " + bytes_text(kBatchBytesMost)));
  } else {
    return Error{Fault::Invalid, "must be partition, age_max or bytes_max"};
  }
  return {};
}

}  // namespace

Result<BatchPolicies> parse_batch_policies(const StringLists& overrides,
                                           const collect::BatchPolicy& standard) {
  BatchPolicies policies;
  for (const auto& [name, changes] : overrides) {
    if (name.empty()) return Error{Fault::Invalid, "a namespace has no name"};
    collect::BatchPolicy policy = standard;
    std::set<std::string_view> seen;
    for (const std::string_view change : changes) {
      const std::size_t equals = change.find('=');
      const std::string_view key = change.substr(0, equals);
      const std::string where = name + ": " + std::string(key);
      if (equals == std::string_view::npos) return Error{Fault::Invalid, where + ": has no =value"};
      if (!seen.insert(key).second) return Error{Fault::Invalid, where + ": is given twice"};
      TRY_IN(where, take(key, change.substr(equals + 1), policy));
    }
    policies.emplace(Namespace(name), policy);
  }
  return policies;
}

}  // namespace headgate::config
