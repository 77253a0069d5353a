#include "tenants/completion.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tenants/aws_names.h"
#include "tenants/groups.h"

namespace headgate::tenants {

namespace {

void remove_repeated(std::vector<std::string>& names) {
  std::set<std::string> seen;
  std::erase_if(names, [&](const std::string& name) { return !seen.insert(name).second; });
}

// A name without a group matches nothing. That is less than the predecessor delivered for it, which was
// everything.
void take_groups(TenantConfiguration& row) {
  // A single empty name would be read as all, so such a row is refused instead.
  const bool has_empty =
      std::any_of(row.groups.begin(), row.groups.end(), [](const std::string& name) { return name.empty(); });
  if (row.groups.empty() || has_empty) return;
  if (wants_all(row)) row.desired_logs.clear();
  row.desired_logs.insert(row.desired_logs.end(), row.groups.begin(), row.groups.end());
  row.groups.clear();
  remove_repeated(row.desired_logs);
}

void read_as_the_predecessor(TenantConfiguration& row, const Rules& rules) {
  const auto kind = kind_of(row.type);
  const auto role = parse_role_arn(row.log_distribution_role_arn);
  const std::string_view role_partition = role ? role->partition : "aws";
  if (row.target_region.empty() && role_partition == partition_of(kPredecessorRegion))
    row.target_region = kPredecessorRegion;
  if (row.ttl && *row.ttl <= 0) row.ttl.reset();
  remove_repeated(row.desired_logs);
  if (kind == DestinationKind::S3) {
    row.log_distribution_role_arn.clear();
    row.log_group_name.clear();
    if (row.bucket_prefix.empty()) row.bucket_prefix = kPredecessorPrefix;
  } else if (kind == DestinationKind::CloudWatch) {
    row.bucket_name.clear();
    row.bucket_prefix.clear();
    if (row.external_id.empty() && !row.log_distribution_role_arn.empty()) {
      row.external_id = rules.own_account;
      row.external_id_is_central_account = !rules.own_account.empty();
    }
  }
}

// The account of all rows that have one; empty if there is none, or more than one.
std::string common_account(const std::vector<StoredConfiguration>& rows) {
  std::string common;
  for (const StoredConfiguration& row : rows) {
    const std::string& account = row.configuration.account_id;
    if (account.empty()) continue;
    if (!common.empty() && common != account) return {};
    common = account;
  }
  return common;
}

}  // namespace

void complete_account(TenantConfiguration& row) {
  if (!row.account_id.empty()) return;
  if (const auto role = parse_role_arn(row.log_distribution_role_arn)) row.account_id = role->account;
}

void complete_rows(std::vector<StoredConfiguration>& rows, const Rules& rules) {
  for (StoredConfiguration& row : rows) {
    if (!row.undecodable.empty()) continue;
    complete_account(row.configuration);
    if (rules.predecessor_rows) take_groups(row.configuration);
    if (is_predecessors(row.configuration, rules)) read_as_the_predecessor(row.configuration, rules);
  }
  const std::string account = common_account(rows);
  for (StoredConfiguration& row : rows) {
    const bool is_left_out = row.undecodable.empty() && row.configuration.account_id.empty();
    if (is_left_out && is_predecessors(row.configuration, rules)) row.configuration.account_id = account;
  }
}

}  // namespace headgate::tenants
