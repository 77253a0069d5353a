#include "cli/tenant_rules.h"

#include "tenants/aws_names.h"

namespace headgate::cli {

tenants::Rules tenant_rules(const Config& config, StoreKind kind) {
  const TenantRules rules = config.tenants.rules;
  const bool is_aws = rules == TenantRules::Aws || (rules == TenantRules::Auto && kind == StoreKind::S3);
  tenants::Rules judged{.world = is_aws ? tenants::World::Aws : tenants::World::Local,
                        .central_buckets = config.process.buckets,
                        .central_accounts = {}};
  if (!config.store.owner.empty()) judged.central_accounts.push_back(config.store.owner);
  if (const auto role = tenants::parse_role_arn(config.aws.role_arn))
    judged.central_accounts.emplace_back(role->account);
  judged.central_buckets.push_back(config.store.bucket);
  return judged;
}

}  // namespace headgate::cli
