#include "aws/tenant/aws_destinations.h"

#include "aws/logs/logs_sink.h"
#include "aws/s3/s3_store.h"
#include "aws/tenant/proven_bucket.h"
#include "aws/tenant/session_policy.h"

namespace headgate::aws {

template <typename Port, typename Opener>
Result<std::shared_ptr<Port>> AwsDestinations::find_or_open(RecentlyUsed<Open<Port>>& opened,
                                                            const TenantConfiguration& configuration,
                                                            Opener opener) {
  const std::string name = configuration.tenant.str() + '\n' + configuration.type.str();
  std::shared_ptr<Open<Port>> open = opened.find(name);
  if (!open || open->configuration != configuration) {
    open = std::make_shared<Open<Port>>();
    open->configuration = configuration;
    open->session = TRY(session_for(configuration));
    open->port = TRY(opener(open->session));
    opened.keep(name, open);
  }
  Port* const port = open->port.get();
  return std::shared_ptr<Port>(std::move(open), port);
}

namespace {

BucketScope scope_of(const TenantConfiguration& configuration) {
  return {.region = configuration.target_region,
          .bucket = configuration.bucket_name,
          .prefix = configuration.bucket_prefix,
          .kms_key = configuration.kms_key_id};
}

}  // namespace

Result<AwsDestinations::Session> AwsDestinations::session_for(const TenantConfiguration& configuration) {
  const bool is_bucket = kind_of(configuration.type) == DestinationKind::S3;
  if (configuration.log_distribution_role_arn.empty()) {
    if (!is_bucket) return Error{Fault::Invalid, "log_distribution_role_arn: missing"};
    return own_session_for(configuration);
  }
  const TenantRole role = TRY(tenant_role_of(configuration));
  Session session{.credentials = TRY(deps_.roles.of_tenant(role))};
  if (!is_bucket) return session;
  const Result<CentralPolicy> policy = central_policy_of(scope_of(configuration), settings_.central_buckets);
  if (!policy.ok()) {  // the names are too long for a policy: everything is streamed
    session.copier = session.credentials;
    session.sources = std::vector<BucketName>();
    return session;
  }
  Result<std::shared_ptr<CredentialsSource>> copier = deps_.roles.central_within(policy->text);
  session.sources = policy->source_buckets;
  if (!copier.ok()) {
    // Our credentials cannot be narrowed here. The tenant's role lets us in, which proves that we may write
    // to the bucket.
    copier = std::shared_ptr<CredentialsSource>(std::shared_ptr<void>(), &deps_.roles.central());
    session.sources = std::nullopt;
  }
  session.copier = std::make_shared<AfterProof>(std::move(copier).value(), session.credentials);
  return session;
}

// The session if the tenant has no role.
Result<AwsDestinations::Session> AwsDestinations::own_session_for(const TenantConfiguration& configuration) {
  CentralPolicy policy = TRY(central_policy_of(scope_of(configuration), settings_.central_buckets));
  Session session{.credentials = TRY_IN("a bucket without log_distribution_role_arn",
                                        deps_.roles.central_within(policy.text)),
                  .copier = {},
                  .sources = std::move(policy.source_buckets)};
  if (configuration.bucket_token.empty()) return session;  // src/tenants decides which tenants need no token
  std::unique_ptr<S3Store> bucket =
      TRY(S3Store::open(with(*session.credentials), bucket_settings(configuration)));
  session.credentials = std::make_shared<AfterToken>(
      deps_.clock, session.credentials, std::move(bucket),
      AfterToken::Proof{.key = owner_token_key(configuration.bucket_prefix, configuration.tenant),
                        .token = configuration.bucket_token});
  return session;
}

ServiceClient::Deps AwsDestinations::with(CredentialsSource& credentials) const {
  return {.clock = deps_.clock, .random = deps_.random, .http = deps_.http, .credentials = credentials};
}

Result<std::shared_ptr<LogSink>> AwsDestinations::log_sink(const TenantConfiguration& configuration,
                                                           Deadline) {
  const MutexLock lock(mutex_);
  return find_or_open(sinks_, configuration, [&](const Session& session) -> Result<std::unique_ptr<LogSink>> {
    LogsSettings settings{.region = configuration.target_region,
                          .endpoints = settings_.endpoints,
                          .client = settings_.client,
                          .kms_key_id = configuration.log_kms_key_arn,
                          .retention_days = configuration.log_retention_days};
    return std::unique_ptr<LogSink>(TRY(LogsSink::open(with(*session.credentials), std::move(settings))));
  });
}

namespace {

Encryption encryption_of(const TenantConfiguration& configuration) {
  if (configuration.sse == "AES256") return Encryption::S3;
  return configuration.sse == "aws:kms" ? Encryption::Kms : Encryption::BucketDefault;
}

}  // namespace

S3Settings AwsDestinations::bucket_settings(const TenantConfiguration& configuration) const {
  return {.bucket = BucketName(configuration.bucket_name),
          .region = configuration.target_region,
          .endpoints = settings_.endpoints,
          .owner = configuration.account_id,
          .source_owner = settings_.central_owner,
          .encryption = encryption_of(configuration),
          .kms_key = configuration.kms_key_id,
          .client = settings_.client};
}

// If our own account writes an object, only an ACL makes it the tenant's, in buckets that still use ACLs. An
// object that the tenant's role writes is the tenant's anyway, and the role needs no s3:PutObjectAcl.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
Result<std::shared_ptr<ObjectStore>> AwsDestinations::bucket(const TenantConfiguration& configuration,
                                                             Deadline) {
  const MutexLock lock(mutex_);
  return find_or_open(
      buckets_, configuration, [&](const Session& session) -> Result<std::unique_ptr<ObjectStore>> {
        S3Settings settings = bucket_settings(configuration);
        S3Settings ours = settings;
        ours.acl = ObjectAcl::OwnerControls;
        ours.sources = session.sources;
        if (!session.copier)
          return std::unique_ptr<ObjectStore>(
              TRY(S3Store::open(with(*session.credentials), std::move(ours))));
        return std::unique_ptr<ObjectStore>(TRY(S3Store::open(with(*session.credentials), std::move(settings),
                                                              with(*session.copier), std::move(ours))));
      });
}

}  // namespace headgate::aws
