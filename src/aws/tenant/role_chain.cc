#include "aws/tenant/role_chain.h"

#include <algorithm>
#include <cctype>

#include "aws/call/arn.h"
#include "aws/call/sigv4.h"
#include "aws/tenant/session_policy.h"

namespace headgate::aws {
namespace {

std::unique_ptr<AssumedRole> central_role_of(const AssumedRole::Deps& deps,
                                             const RoleChain::Settings& settings) {
  if (settings.central_role_arn.empty()) return nullptr;
  return std::make_unique<AssumedRole>(deps, settings.sts,
                                       RoleRequest{.role_arn = settings.central_role_arn,
                                                   .session_name = session_name_of(settings.session_name)});
}

// Hashes all parts of a role into the key of its session, so that no tenant can choose texts that give the
// key of another.
std::string key_of(const TenantRole& role) {
  std::string all;
  for (const std::string* part :
       {&role.tenant.str(), &role.account_id, &role.role_arn, &role.external_id, &role.session_policy})
    all.append(std::to_string(part->size())).append(":").append(*part);
  return sha256_hex(all);
}

}  // namespace

std::string session_name_of(std::string_view text) {
  constexpr std::size_t kMost = 64;
  constexpr std::size_t kHashed = 8;
  std::string name(text);
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char byte) {
        return byte >= 0x80 ||
               (std::isalnum(byte) == 0 &&
                std::string_view("_+=,.@-").find(static_cast<char>(byte)) == std::string_view::npos);
      },
      '-');
  if (name.size() > kMost)
    name = name.substr(0, kMost - kHashed - 1) + "-" + sha256_hex(text).substr(0, kHashed);
  while (name.size() < 2) name.push_back('-');
  return name;
}

Result<TenantRole> tenant_role_of(const TenantConfiguration& configuration) {
  TenantRole role{.tenant = configuration.tenant,
                  .account_id = configuration.account_id,
                  .role_arn = configuration.log_distribution_role_arn,
                  .external_id = configuration.external_id,
                  .session_policy = {}};
  if (kind_of(configuration.type) == DestinationKind::S3) {
    role.session_policy = TRY(session_policy_of(BucketScope{.region = configuration.target_region,
                                                            .bucket = configuration.bucket_name,
                                                            .prefix = configuration.bucket_prefix,
                                                            .kms_key = configuration.kms_key_id}));
  } else {
    role.session_policy = TRY(session_policy_of(LogGroupScope{.region = configuration.target_region,
                                                              .account_id = configuration.account_id,
                                                              .log_group = configuration.log_group_name}));
  }
  return role;
}

class RoleChain::OurCredentials final : public CredentialsSource {
 public:
  explicit OurCredentials(std::shared_ptr<CredentialsSource> central) : central_(std::move(central)) {}
  Result<Credentials> get(Deadline deadline) override {
    Result<Credentials> given = central_->get(deadline);
    if (given.ok() || given.error().fault == Fault::Stopped) return given;
    return blame_us(std::move(given).error(), "our own");
  }
  void forget(const Credentials& refused) override { central_->forget(refused); }

 private:
  const std::shared_ptr<CredentialsSource> central_;
};

RoleChain::RoleChain(const AssumedRole::Deps& deps, Settings settings)
    : deps_(deps),
      settings_(std::move(settings)),
      central_role_(central_role_of(deps, settings_)),
      central_(central_role_ ? static_cast<CredentialsSource*>(central_role_.get()) : &deps_.base),
      // The chain owns its central credentials, so this pointer owns nothing.
      asking_(std::make_unique<OurCredentials>(
          std::shared_ptr<CredentialsSource>(std::shared_ptr<void>(), central_))) {}

RoleChain::~RoleChain() = default;

Result<> RoleChain::check(const TenantRole& role) const {
  const auto arn = parse_arn(role.role_arn);
  if (!arn || arn->service != "iam" || !arn->region.empty() || !arn->resource.starts_with("role/"))
    return Error{Fault::Invalid, "the tenant's role is not the ARN of a role"};
  if (!is_account_id(role.account_id) || arn->account != role.account_id)
    return Error{Fault::Invalid, "the tenant's role is not in the tenant's account"};
  if (arn->partition != partition_of(settings_.sts.region))
    return Error{Fault::Invalid,
                 "the tenant's role is in another partition of AWS, which our roles cannot reach"};
  return {};
}

RoleRequest RoleChain::request_for(const TenantRole& role) const {
  RoleRequest request{.role_arn = role.role_arn,
                      .session_name = session_name_of(settings_.session_name + "-" + role.tenant.str()),
                      .external_id = role.external_id,
                      .policy = role.session_policy,
                      .tags = settings_.tags};
  request.tags.emplace_back("headgate:tenant", session_name_of(role.tenant.view()));
  request.source_identity = request.session_name;
  return request;
}

Result<std::shared_ptr<CredentialsSource>> RoleChain::of_tenant(const TenantRole& role) {
  TRY(check(role));
  return session_of(key_of(role), *asking_, request_for(role));
}

Result<std::shared_ptr<CredentialsSource>> RoleChain::central_within(const std::string& policy) {
  if (settings_.central_role_arn.empty())
    return Error{Fault::Invalid,
                 "aws.role_arn: must be set, since only a role that we assume can be narrowed to one bucket"};
  const RoleRequest request{.role_arn = settings_.central_role_arn,
                            .session_name = session_name_of(settings_.session_name),
                            .policy = policy};
  // The keys of tenants' roles are hashes, so none of them can equal this key.
  return std::shared_ptr<CredentialsSource>(
      std::make_shared<OurCredentials>(session_of("central " + sha256_hex(policy), deps_.base, request)));
}

std::shared_ptr<CredentialsSource> RoleChain::session_of(const std::string& key, CredentialsSource& base,
                                                         const RoleRequest& request) {
  const MutexLock lock(mutex_);
  Session& session = sessions_[key];
  session.used = ++calls_;
  if (!session.source)
    session.source = std::make_shared<AssumedRole>(AssumedRole::Deps{.clock = deps_.clock,
                                                                     .random = deps_.random,
                                                                     .http = deps_.http,
                                                                     .base = base,
                                                                     .stop = deps_.stop,
                                                                     .attempts_max = deps_.attempts_max},
                                                   settings_.sts, request);
  std::shared_ptr<CredentialsSource> source = session.source;
  make_room();
  return source;
}

void RoleChain::make_room() {
  if (sessions_.size() <= settings_.tenants_max) return;
  sessions_.erase(std::min_element(
      sessions_.begin(), sessions_.end(),
      [](const auto& left, const auto& right) { return left.second.used < right.second.used; }));
}

}  // namespace headgate::aws
