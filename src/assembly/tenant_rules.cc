#include "assembly/tenant_rules.h"

#include <algorithm>
#include <utility>

#include "tenants/aws_names.h"
#include "tenants/groups.h"

namespace headgate::assembly {

tenants::Rules tenant_rules(const config::Config& config, config::StoreKind kind) {
  const config::TenantRules rules = config.tenants.rules;
  const bool is_aws = rules == config::TenantRules::Aws ||
                      (rules == config::TenantRules::Auto && kind == config::StoreKind::S3);
  tenants::Rules judged{.backend = is_aws ? tenants::Backend::Aws : tenants::Backend::Local,
                        .central_buckets = config.process.buckets,
                        .central_accounts = {},
                        .predecessor_rows = config.tenants.predecessor_rows,
                        .own_account = config.store.owner};
  if (!config.store.owner.empty()) judged.central_accounts.push_back(config.store.owner);
  if (const auto role = tenants::parse_role_arn(config.aws.role_arn))
    judged.central_accounts.emplace_back(role->account);
  // The predecessor's roles wanted the account of whoever assumed them: the central role's.
  if (const auto role = tenants::parse_role_arn(config.aws.role_arn)) judged.own_account = role->account;
  judged.central_buckets.push_back(config.store.bucket);
  return judged;
}

config::StringLists tenant_groups(const config::Config& config) {
  config::StringLists groups = config.tenants.groups;
  if (!config.tenants.predecessor_rows) return groups;
  for (auto& group : tenants::predecessor_groups()) {
    // One that the operator defines is the operator's.
    const auto is_same = [&group](const auto& other) {
      return tenants::is_same_group(other.first, group.first);
    };
    if (std::none_of(config.tenants.groups.begin(), config.tenants.groups.end(), is_same))
      groups.insert(std::move(group));
  }
  return groups;
}

}  // namespace headgate::assembly
