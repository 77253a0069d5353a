#include "process/route.h"

#include <algorithm>

#include "base/utf8.h"
#include "model/quarantine_key.h"

namespace headgate::process {

Route route_of(const NamedObject& named, const std::set<BucketName>& central_buckets) {
  const ObjectCreated& object = named.object;
  // What we put there ourselves: delivering it would go round in circles.
  if (is_quarantine_key(object.key)) return {.fate = Fate::Acknowledge, .reason = "quarantine"};
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

std::string reasons_in_words(std::vector<std::string> reasons) {
  constexpr std::size_t kWordedMax = 5;
  constexpr std::size_t kReasonBytesMax = 500;
  std::sort(reasons.begin(), reasons.end());
  reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
  std::string all;
  for (std::size_t at = 0; at < std::min(reasons.size(), kWordedMax); ++at) {
    if (at > 0) all += "; ";
    all += reasons[at].substr(0, whole_characters(reasons[at], kReasonBytesMax));
  }
  if (reasons.size() > kWordedMax) all += "; and " + std::to_string(reasons.size() - kWordedMax) + " more";
  return all;
}

}  // namespace headgate::process
