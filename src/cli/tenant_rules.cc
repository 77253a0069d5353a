#include "cli/tenant_rules.h"

namespace headgate::cli {

tenants::Rules tenant_rules(const Config& config, StoreKind kind) {
  const TenantRules rules = config.tenants.rules;
  const bool is_aws = rules == TenantRules::Aws || (rules == TenantRules::Auto && kind == StoreKind::S3);
  tenants::Rules judged{.world = is_aws ? tenants::World::Aws : tenants::World::Local,
                        .central_buckets = config.process.buckets};
  judged.central_buckets.push_back(config.store.bucket);
  return judged;
}

}  // namespace headgate::cli
