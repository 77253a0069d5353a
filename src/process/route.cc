#include "process/route.h"

#include "deliver/quarantine.h"

namespace headgate::process {

Route route_of(const NamedObject& named, const std::set<BucketName>& central_buckets) {
  const ObjectCreated& object = named.object;
  // What we put there ourselves: delivering it would go round in circles.
  if (object.key.view().starts_with(deliver::kQuarantinePrefix))
    return {.fate = Fate::Acknowledge, .reason = "quarantine"};
  if (!central_buckets.contains(object.bucket))
    return {.fate = Fate::Refuse, .reason = "bucket: not one of ours: " + object.bucket.str()};
  if (!named.fields.ok()) return {.fate = Fate::Refuse, .reason = "key: " + named.fields.error().what};
  return {};
}

Route route_at(const TenantConfiguration& configuration, const KeyFields& fields,
               const tenants::Groups& groups, const std::set<BucketName>& central_buckets) {
  if (!fields.is_packed() && !tenants::wants(configuration, fields.application, groups)) {
    std::string wanted;
    for (const std::string& word : configuration.desired_logs) wanted += (wanted.empty() ? "" : ", ") + word;
    return {.fate = Fate::Filter,
            .reason = "application " + fields.application.str() + " is none of: " + wanted};
  }
  const bool is_bucket = kind_of(configuration.type) == DestinationKind::S3;
  if (is_bucket && central_buckets.contains(BucketName(configuration.bucket_name)))
    return {.fate = Fate::Park, .reason = "bucket_name: is a central bucket: " + configuration.bucket_name};
  return {};
}

}  // namespace headgate::process
