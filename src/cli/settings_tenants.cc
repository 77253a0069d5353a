#include "cli/settings_tenants.h"

#include "cli/setting_binding.h"
#include "tenants/groups.h"

namespace headgate::cli {

template <>
struct ChoicesOf<TenantRules> {
  static constexpr Choice kAll[] = {
      {"auto", int(TenantRules::Auto)}, {"local", int(TenantRules::Local)}, {"aws", int(TenantRules::Aws)}};
};

namespace {

using Complaint = std::optional<std::string>;

constexpr std::int64_t kHour = 3'600'000;  // durations are bounded in milliseconds

Complaint must_be_groups(const SettingValue& value) {
  const auto groups = tenants::Groups::make(value.groups);
  return groups.ok() ? std::nullopt : Complaint(groups.error().what);
}

}  // namespace

#define MEMBER(path) ([](Config & config) -> auto& { return config.path; })

void add_tenant_settings(std::vector<Setting>& table) {
  table.push_back(
      bind(MEMBER(tenants.rules),
           {.key = "tenants.rules",
            .standard = "auto",
            .doc = "How tenant configurations are judged: aws wants account, region, role and external id; "
                   "auto is aws when store.kind is s3, and local when not.",
            .used_by = kLocal | kProcess | kApi | kTenant | kReplay}));
  table.push_back(
      bind(MEMBER(tenants.cache_ttl), {.key = "tenants.cache_ttl",
                                       .standard = "30s",
                                       .doc = "How soon a change to a tenant's configuration is followed.",
                                       .used_by = kLocal | kProcess | kReplay,
                                       .most = kHour}));
  table.push_back(
      bind(MEMBER(tenants.groups),
           {.key = "tenants.groups",
            .standard = "{}",
            .doc = "Named groups of applications that a tenant's desired_logs may name. A mapping of names "
                   "to lists; as a variable or flag in YAML's short form: {infra: [etcd, dns]}.",
            .used_by = kLocal | kProcess | kApi | kTenant | kReplay,
            .complaint = must_be_groups}));
  table.push_back(bind(MEMBER(tenants.predecessor_rows),
                       {.key = "tenants.predecessor_rows",
                        .standard = "false",
                        .doc = "Whether rows of the tenant table that the predecessor's API, scripts or "
                               "README wrote are read as it read "
                               "them: our account as external id, us-east-1 and ROSA/cluster-logs/ where "
                               "they say nothing, `groups` with "
                               "the groups that it had built in, and buckets whose owner is not named. Only "
                               "rows without `version`; every "
                               "tenant knows our account's id, so give each tenant an external id of its own "
                               "when its role can be "
                               "changed.",
                        .used_by = kProcess | kApi | kTenant | kReplay}));
}

#undef MEMBER

}  // namespace headgate::cli
