#include "process/plan.h"

#include "deliver/bucket_delivery.h"
#include "process/processor.h"
#include "process/route.h"

namespace headgate::process {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

std::string where_in_s3(const ObjectCreated& object, const KeyFields& fields,
                        const TenantConfiguration& configuration) {
  deliver::Delivery delivery;
  delivery.id = {
      .bucket = object.bucket, .key = object.key, .tenant = fields.tenant, .destination = configuration.type};
  delivery.fields = fields;
  delivery.configuration = configuration;
  // What is selected of it only its index says.
  const bool is_some = fields.is_packed() && !tenants::wants_all(configuration);
  const Result<ObjectKey> key = deliver::delivered_key(delivery, is_some ? "selection-*" : "");
  if (!key.ok()) return key.error().what;
  return "s3://" + configuration.bucket_name + '/' + key->str();
}

PlannedDelivery plan_one(const Planning& planning, const ObjectCreated& object, const KeyFields& fields,
                         const TenantConfiguration& configuration) {
  PlannedDelivery planned{.destination = configuration.type};
  const Route route = route_at(configuration, fields, planning.groups, planning.buckets);
  if (route.fate != Fate::Deliver) {
    planned.what = (route.fate == Fate::Filter ? "filtered: " : "parked: ") + route.reason;
    return planned;
  }
  planned.is_delivered = true;
  planned.what = kind_of(configuration.type) == DestinationKind::S3
                     ? where_in_s3(object, fields, configuration)
                     : "log group " + configuration.log_group_name;
  if (!configuration.account_id.empty())
    planned.what += " of account " + configuration.account_id + " in " + configuration.target_region;
  if (fields.is_packed() && !tenants::wants_all(configuration))
    planned.what += ", what it has of: " + joined(configuration.desired_logs);
  return planned;
}

std::vector<PlannedDelivery> nowhere(std::string why) {
  return {{.destination = kAnyDestination, .is_delivered = false, .what = std::move(why)}};
}

}  // namespace

Result<std::vector<PlannedDelivery>> plan(const Planning& planning, const ObjectCreated& object,
                                          Deadline deadline) {
  const NamedObject named{.object = object, .fields = planning.key_template.parse_key(object.key)};
  const Route route = route_of(named, planning.buckets);
  if (route.fate == Fate::Acknowledge) return nowhere("acknowledged: " + route.reason);
  if (route.fate != Fate::Deliver) return nowhere("refused: " + route.reason);
  const KeyFields& fields = *named.fields;
  const tenants::TenantView tenant = TRY(planning.tenants.of(fields.tenant, deadline));
  if (!tenant.is_known) return nowhere("parked: nobody configured tenant " + fields.tenant.str());
  if (tenant.objects_since && object.at < *tenant.objects_since)
    return nowhere("parked: stored when the tenant id was another customer's");
  if (tenant.active.empty() && tenant.invalid.empty())
    return nowhere("acknowledged: tenant " + fields.tenant.str() + " has nothing enabled");
  std::vector<PlannedDelivery> planned;
  for (const TenantConfiguration& configuration : tenant.active)
    planned.push_back(plan_one(planning, object, fields, configuration));
  for (const tenants::InvalidConfiguration& invalid : tenant.invalid)
    planned.push_back({.destination = invalid.type,
                       .is_delivered = false,
                       .what = "parked: invalid configuration: " + in_words(invalid.problems)});
  return planned;
}

}  // namespace headgate::process
