#include "config/settings_tenants.h"

#include "config/setting_binding.h"
#include "tenants/groups.h"

namespace headgate::config {

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
            .doc = "Which rules tenant configurations must meet. The rules aws demand account, region, role "
                   "and external id. With auto the rules are aws if store.kind is s3, and local otherwise.",
            .used_by = kLocal | kProcess | kApi | kTenant | kReplay}));
  table.push_back(bind(MEMBER(tenants.cache_ttl),
                       {.key = "tenants.cache_ttl",
                        .standard = "30s",
                        .doc = "How long a worker uses a tenant's configuration before it reads it again.",
                        .used_by = kLocal | kProcess | kReplay,
                        .most = kHour}));
  table.push_back(bind(
      MEMBER(tenants.groups),
      {.key = "tenants.groups",
       .standard = "{}",
       .doc =
           "Named groups of applications that a tenant may name in desired_logs. In the file it is a mapping "
           "of names to lists, and in a variable or flag it has YAML's short form: {infra: [etcd, dns]}.",
       .used_by = kLocal | kProcess | kApi | kTenant | kReplay,
       .complaint = must_be_groups}));
  table.push_back(bind(
      MEMBER(tenants.predecessor_rows),
      {.key = "tenants.predecessor_rows",
       .standard = "false",
       .doc =
           "Whether rows that the predecessor wrote into the tenant table are read as the predecessor read "
           "them. Such a row has our account as external id. A row without a region or a prefix has "
           "us-east-1 and ROSA/cluster-logs/. Its `groups` include the predecessor's built-in groups, and "
           "its bucket's owner may be unknown. Every tenant knows our account's id, so give each tenant its "
           "own external id as soon as its role can be changed. Only rows without `version` are read so.",
       .used_by = kProcess | kApi | kTenant | kReplay}));
}

#undef MEMBER

}  // namespace headgate::config
