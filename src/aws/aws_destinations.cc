#include "aws/aws_destinations.h"

#include "aws/logs_sink.h"
#include "aws/s3_store.h"

namespace headgate::aws {

template <typename Port, typename Opener>
Result<std::shared_ptr<Port>> AwsDestinations::find_or_open(RecentlyUsed<Open<Port>>& opened,
                                                            const TenantConfiguration& configuration,
                                                            Opener opener) {
  const std::string name = configuration.tenant.str() + '\n' + configuration.type.str();
  const std::lock_guard lock(mutex_);
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

Result<AwsDestinations::Session> AwsDestinations::session_for(const TenantConfiguration& configuration) {
  if (configuration.log_distribution_role_arn.empty()) {
    if (kind_of(configuration.type) != DestinationKind::S3)
      return Error{Fault::Invalid, "log_distribution_role_arn: is missing"};
    // The chain outlives us: nothing to own. No policy of ours binds the central role.
    return Session{
        .credentials = std::shared_ptr<CredentialsSource>(std::shared_ptr<void>(), &world_.roles.central()),
        .sources = std::nullopt};
  }
  const TenantRole role = TRY(tenant_role_of(configuration, settings_.central_buckets));
  return Session{.credentials = TRY(world_.roles.of_tenant(role)), .sources = role.source_buckets};
}

ServiceClient::World AwsDestinations::with(const Session& session) const {
  return {.clock = world_.clock,
          .random = world_.random,
          .http = world_.http,
          .credentials = *session.credentials};
}

Result<std::shared_ptr<LogSink>> AwsDestinations::log_sink(const TenantConfiguration& configuration,
                                                           Deadline) {
  return find_or_open(sinks_, configuration, [&](const Session& session) -> Result<std::unique_ptr<LogSink>> {
    LogsSettings settings{.region = configuration.target_region,
                          .endpoints = settings_.endpoints,
                          .client = settings_.client,
                          .kms_key_id = configuration.log_kms_key_arn,
                          .retention_days = configuration.log_retention_days};
    return std::unique_ptr<LogSink>(TRY(LogsSink::open(with(session), std::move(settings))));
  });
}

namespace {

Encryption encryption_of(const TenantConfiguration& configuration) {
  if (configuration.sse == "AES256") return Encryption::S3;
  return configuration.sse == "aws:kms" ? Encryption::Kms : Encryption::BucketDefault;
}

}  // namespace

Result<std::shared_ptr<ObjectStore>> AwsDestinations::bucket(const TenantConfiguration& configuration,
                                                             Deadline) {
  return find_or_open(
      buckets_, configuration, [&](const Session& session) -> Result<std::unique_ptr<ObjectStore>> {
        S3Settings settings{.bucket = BucketName(configuration.bucket_name),
                            .region = configuration.target_region,
                            .endpoints = settings_.endpoints,
                            .owner = configuration.account_id,
                            .source_owner = settings_.central_owner,
                            .sources = session.sources,
                            .encryption = encryption_of(configuration),
                            .kms_key = configuration.kms_key_id,
                            .acl = ObjectAcl::OwnerControls,
                            .client = settings_.client};
        return std::unique_ptr<ObjectStore>(TRY(S3Store::open(with(session), std::move(settings))));
      });
}

}  // namespace headgate::aws
