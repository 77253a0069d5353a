#include "aws/credentials/aws_settings.h"

#include <array>
#include <string_view>
#include <utility>

#include "aws/credentials/shared_profiles.h"
#include "base/number.h"

namespace headgate::aws {
namespace {

struct Named {
  const char* variable;
  const char* key;  // in a profile
};

class Sources {
 public:
  Sources(const Environment& environment, const IniSection& profile)
      : environment_(environment), profile_(profile) {}

  std::string text(Named name) const {
    std::string value = environment_.variable(name.variable);
    if (!value.empty()) return value;
    const auto found = profile_.find(std::string_view(name.key));
    return found == profile_.end() ? std::string() : found->second;
  }
  Result<bool> flag(Named name) const {
    const std::string value = text(name);
    if (value.empty() || value == "false" || value == "False" || value == "FALSE") return false;
    if (value == "true" || value == "True" || value == "TRUE") return true;
    return Error{Fault::Invalid, std::string(name.variable) + ": must be true or false"};
  }

 private:
  const Environment& environment_;
  const IniSection& profile_;
};

struct ServiceUrl {
  Service service;
  const char* variable;
  const char* key;  // in a profile's section of services
};
constexpr std::array<ServiceUrl, 6> kServiceUrls{{
    {Service::S3, "AWS_ENDPOINT_URL_S3", "s3.endpoint_url"},
    {Service::Sqs, "AWS_ENDPOINT_URL_SQS", "sqs.endpoint_url"},
    {Service::Sts, "AWS_ENDPOINT_URL_STS", "sts.endpoint_url"},
    {Service::DynamoDb, "AWS_ENDPOINT_URL_DYNAMODB", "dynamodb.endpoint_url"},
    {Service::Logs, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "cloudwatch_logs.endpoint_url"},
    {Service::SecretsManager, "AWS_ENDPOINT_URL_SECRETS_MANAGER", "secrets_manager.endpoint_url"},
}};

// A service's own address overrides the address for all services, and a variable overrides the profile.
Result<> add_urls(EndpointSettings& endpoints, const Environment& environment, Disk& disk,
                  const IniSection& profile) {
  endpoints.url = Sources(environment, profile).text({"AWS_ENDPOINT_URL", "endpoint_url"});
  const auto named = profile.find("services");
  if (named != profile.end() && environment.variable("AWS_ENDPOINT_URL").empty()) {
    const IniSection services = TRY(read_services(environment, disk, named->second));
    for (const ServiceUrl& url : kServiceUrls) {
      if (const auto found = services.find(std::string_view(url.key)); found != services.end())
        endpoints.urls[url.service] = found->second;
    }
  }
  for (const ServiceUrl& url : kServiceUrls) {
    if (std::string value = environment.variable(url.variable); !value.empty())
      endpoints.urls[url.service] = std::move(value);
  }
  return {};
}

// Reads proxy variables as Python and thus botocore do: if the name in lower case is set, it counts, even if
// it is empty.
std::string proxy_variable(const Environment& environment, const std::string& lower,
                           const std::string& upper) {
  const auto found = environment.variables.find(lower);
  return found == environment.variables.end() ? environment.variable(upper) : found->second;
}

}  // namespace

Result<AwsSettings> aws_settings(const Environment& environment, Disk& disk) {
  Profiles profiles = TRY(read_profiles(environment, disk));
  const IniSection& profile = profiles[profile_name(environment)];
  const Sources from(environment, profile);
  AwsSettings settings;
  settings.region = from.text({"AWS_REGION", "region"});
  if (const std::string fallback = environment.variable("AWS_DEFAULT_REGION");
      environment.variable("AWS_REGION").empty() && !fallback.empty())
    settings.region = fallback;
  settings.proxies = {.http = proxy_variable(environment, "http_proxy", "HTTP_PROXY"),
                      .https = proxy_variable(environment, "https_proxy", "HTTPS_PROXY"),
                      .none = proxy_variable(environment, "no_proxy", "NO_PROXY")};
  settings.ca_file = from.text({"AWS_CA_BUNDLE", "ca_bundle"});
  settings.endpoints.use_fips = TRY(from.flag({"AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"}));
  settings.endpoints.use_dual_stack =
      TRY(from.flag({"AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"}));
  if (!TRY(from.flag({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"})))
    TRY(add_urls(settings.endpoints, environment, disk, profile));
  if (const std::string attempts = from.text({"AWS_MAX_ATTEMPTS", "max_attempts"}); !attempts.empty()) {
    constexpr std::uint32_t kMost = 100;
    settings.attempts_max = parse_number<std::uint32_t>(attempts).value_or(0);
    if (settings.attempts_max == 0 || settings.attempts_max > kMost)
      return Error{Fault::Invalid, "AWS_MAX_ATTEMPTS: must be a number from 1 to " + std::to_string(kMost)};
  }
  return settings;
}

}  // namespace headgate::aws
