#include "assembly/aws_clients.h"

#include <algorithm>

#include "assembly/version.h"
#include "aws/credentials/default_credentials.h"
#include "base/log.h"

namespace headgate::assembly {
namespace {

aws::Environment environment_of(const config::Environment& variables) {
  aws::Environment environment;
  environment.variables.insert(variables.begin(), variables.end());
  environment.home = environment.variable("HOME");
  return environment;
}

}  // namespace

Result<std::unique_ptr<AwsClients>> AwsClients::open(const ClientDeps& deps, const config::Config& config,
                                                     std::stop_token leave) {
  auto clients = std::unique_ptr<AwsClients>(new AwsClients(deps, std::move(leave)));
  const aws::Environment environment = environment_of(deps.environment);
  aws::AwsSettings& settings = clients->settings_;
  settings = TRY(aws::aws_settings(environment, deps.disk));
  if (!config.aws.region.empty()) settings.region = config.aws.region;
  if (!config.aws.endpoint_url.empty()) settings.endpoints.url = config.aws.endpoint_url;
  if (settings.region.empty())
    return Error{Fault::Invalid, "aws.region: must be set, or the region given by AWS_REGION or the profile"};
  net::HttpPool::Options http;
  http.client.ca_file = settings.ca_file;
  http.client.user_agent = std::string("headgate/") + kVersion;
  net::ProxyRules proxies = TRY(net::ProxyRules::of(settings.proxies));
  if (!proxies.empty()) {
    log::info("proxy_used", "AWS is called through a proxy, except for the hosts that NO_PROXY names.",
              {{"proxy", proxies.in_words()}});
    http.client.proxies = std::make_shared<const net::ProxyRules>(std::move(proxies));
  }
  clients->http_ = std::make_unique<net::HttpPool>(deps.library, deps.clock, std::move(http));
  clients->source_ = TRY(aws::default_credentials({.clock = deps.clock,
                                                   .random = deps.random,
                                                   .http = *clients->http_,
                                                   .disk = deps.disk,
                                                   .stop = clients->stop_},
                                                  environment, settings));
  aws::RoleChain::Settings roles{.sts = TRY_IN("aws.region", clients->endpoint(aws::Service::Sts)),
                                 .central_role_arn = config.aws.role_arn};
  clients->roles_ =
      std::make_unique<aws::RoleChain>(aws::AssumedRole::Deps{.clock = deps.clock,
                                                              .random = deps.random,
                                                              .http = *clients->http_,
                                                              .base = *clients->source_,
                                                              .stop = clients->stop_,
                                                              .attempts_max = settings.attempts_max},
                                       std::move(roles));
  return clients;
}

aws::ServiceClient::Deps AwsClients::with(aws::CredentialsSource& credentials) {
  return {.clock = clock_, .random = random_, .http = *http_, .credentials = credentials};
}

aws::ServiceClient::Options AwsClients::options() const {
  return {.attempts_max = settings_.attempts_max, .stop = stop_};
}

aws::ServiceClient::Options AwsClients::table_options() const {
  constexpr std::uint32_t kAttempts = 10;  // as the SDKs did for DynamoDB alone
  aws::ServiceClient::Options table = options();
  table.attempts_max = std::max(table.attempts_max, kAttempts);
  table.backoff_first = std::chrono::milliseconds{50};
  return table;
}

aws::S3Settings AwsClients::bucket_settings(const config::Config& config) const {
  aws::S3Settings settings{.bucket = config.store.bucket,
                           .region = settings_.region,
                           .endpoints = settings_.endpoints,
                           .owner = config.store.owner,
                           .kms_key = config.store.kms_key,
                           .client = options()};
  switch (config.store.encryption) {
    case config::Encryption::Bucket:
      settings.encryption = aws::Encryption::BucketDefault;
      break;
    case config::Encryption::S3:
      settings.encryption = aws::Encryption::S3;
      break;
    case config::Encryption::Kms:
      settings.encryption = aws::Encryption::Kms;
      break;
  }
  return settings;
}

}  // namespace headgate::assembly
