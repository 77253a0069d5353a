// Gets from our own credentials into a tenant's account: source -> central log distribution role -> the
// tenant's role.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aws/call/credentials.h"
#include "aws/call/endpoint.h"
#include "aws/credentials/assumed_role.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/names.h"
#include "model/tenant_configuration.h"

namespace headgate::aws {

// The role for deliveries to one destination of a tenant.
struct TenantRole {
  TenantId tenant;
  std::string account_id;  // the tenant's account, which the role must belong to
  std::string role_arn;
  std::string external_id;
  std::string session_policy;  // session_policy_of()
};

// Takes the role from a destination's configuration. Fault::Invalid if the session policy is too long.
Result<TenantRole> tenant_role_of(const TenantConfiguration& configuration);

// Thread-safe. Keeps at most `tenants_max` sessions, and drops the one that was unused for longest.
class RoleChain {
 public:
  struct Settings {
    Endpoint sts;
    std::string central_role_arn = {};  // if empty, the source's credentials are those of the central role
    std::string session_name = "headgate";
    // Tags of every session, in addition to headgate:tenant.
    std::vector<std::pair<std::string, std::string>> tags = {};
    std::size_t tenants_max = 4096;
  };
  // The dependencies must outlive the chain, and the chain what it gives. `base` is the source.
  RoleChain(const AssumedRole::Deps& deps, Settings settings);
  ~RoleChain();
  RoleChain(const RoleChain&) = delete;
  RoleChain& operator=(const RoleChain&) = delete;

  // Credentials of the central role, for our own bucket, queue and tables.
  CredentialsSource& central() { return *central_; }

  // The central role, narrowed by a policy (central_policy_of()): for tenants' buckets that let it in. What
  // refuses it is ours (Blame::Us). Invalid without central_role_arn: a session that came from elsewhere
  // cannot be narrowed.
  Result<std::shared_ptr<CredentialsSource>> central_within(const std::string& policy);

  // A session of the tenant's role. CloudTrail shows the tenant in the session's name, in its tag
  // headgate:tenant and in its SourceIdentity (the last two only where the role's trust policy allows them).
  // A session is kept until shortly before it expires, which is after an hour at most in a chain of roles. A
  // refusal is kept for a minute. The pointer is shared by all who deliver to the same place. Fault::Invalid
  // if the role's ARN is not valid, or is of another account or partition.
  Result<std::shared_ptr<CredentialsSource>> of_tenant(const TenantRole& role);

 private:
  class OurCredentials;
  struct Session {
    std::shared_ptr<CredentialsSource> source;
    std::uint64_t used = 0;  // the number of the call that last used it
  };
  std::shared_ptr<CredentialsSource> session_of(const std::string& key, CredentialsSource& base,
                                                const RoleRequest& request);
  Result<> check(const TenantRole& role) const;
  RoleRequest request_for(const TenantRole& role) const;
  void make_room() REQUIRES(mutex_);

  const AssumedRole::Deps deps_;
  const Settings settings_;
  std::unique_ptr<AssumedRole> central_role_;
  CredentialsSource* const central_;
  const std::unique_ptr<CredentialsSource> asking_;  // central_, whose refusals are no tenant's
  Mutex mutex_;
  std::map<std::string, Session> sessions_ GUARDED_BY(mutex_);
  std::uint64_t calls_ GUARDED_BY(mutex_) = 0;
};

// Makes a valid session name: characters other than [\w+=,.@-] become '-'. A name over 64 characters is cut,
// and gets a hash that keeps it unique.
std::string session_name_of(std::string_view text);

}  // namespace headgate::aws
