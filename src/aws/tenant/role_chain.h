// From our own credentials to a tenant's account: source -> central log distribution role -> the tenant's
// role.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "aws/call/credentials.h"
#include "aws/call/endpoint.h"
#include "aws/credentials/assumed_role.h"
#include "base/result.h"
#include "model/names.h"
#include "model/tenant_configuration.h"

namespace headgate::aws {

// What a delivery to one destination of a tenant is done as.
struct TenantRole {
  TenantId tenant;
  std::string account_id;  // the tenant's: the role must lie in it
  std::string role_arn;
  std::string external_id;
  std::string session_policy;  // session_policy_of()
};

// Of a destination's configuration. Invalid when the policy does not fit.
Result<TenantRole> tenant_role_of(const TenantConfiguration& configuration);

// Any thread. Holds at most `tenants_max` sessions; the one unused for longest makes room.
class RoleChain {
 public:
  struct Settings {
    Endpoint sts;
    std::string central_role_arn = {};  // empty: the source has that role already
    std::string session_name = "headgate";
    // Of every session beside headgate:tenant.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    std::vector<std::pair<std::string, std::string>> tags = {};
    std::size_t tenants_max = 4096;
  };
  // The dependencies outlive it; `base` is the source. It outlives what it gives.
  RoleChain(const AssumedRole::Deps& deps, Settings settings);
  ~RoleChain();
  RoleChain(const RoleChain&) = delete;
  RoleChain& operator=(const RoleChain&) = delete;

  // The central role's: for our own bucket, queue and tables.
  CredentialsSource& central() { return *central_; }

  // The central role, narrowed by a policy (central_policy_of()): for tenants' buckets that let it in. What
  // refuses it is ours (Error::is_ours). Invalid without central_role_arn: a session that came from elsewhere
  // cannot be narrowed.
  Result<std::shared_ptr<CredentialsSource>> central_within(const std::string& policy);

  // The tenant's session. CloudTrail shows the tenant in the session's name, its tag headgate:tenant and its
  // SourceIdentity (the last two only where the role's trust policy allows them). Kept until shortly before
  // it expires (an hour: AWS allows a chain no more); a refusal is kept for a minute. Shared by whoever
  // delivers to the same place, hence shared_ptr. Invalid when the role is none, or lies in another account
  // or partition.
  Result<std::shared_ptr<CredentialsSource>> of_tenant(const TenantRole& role);

 private:
  class Ours;
  struct Session {
    std::shared_ptr<CredentialsSource> source;
    std::uint64_t used = 0;  // when, in calls
  };
  std::shared_ptr<CredentialsSource> session_of(const std::string& key, CredentialsSource& base,
                                                const RoleRequest& request);
  Result<> check(const TenantRole& role) const;
  RoleRequest request_for(const TenantRole& role) const;
  void make_room();

  const AssumedRole::Deps deps_;
  const Settings settings_;
  std::unique_ptr<AssumedRole> central_role_;
  CredentialsSource* const central_;
  const std::unique_ptr<CredentialsSource> asking_;  // central_, whose refusals are no tenant's
  std::mutex mutex_;                                 // guards the two below
  std::map<std::string, Session> sessions_;
  std::uint64_t calls_ = 0;
};

// As a role's session may be named: what [\w+=,.@-] does not hold becomes '-'; longer than 64 is cut, and
// told apart by a hash.
std::string session_name_of(std::string_view text);

}  // namespace headgate::aws
