#include "aws/call/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace headgate::aws {
namespace {

// All partitions. The default, aws, comes last because its prefix matches every region. Source: botocore's
// partitions.json, 2026.
struct Partition {
  std::string_view name;
  std::string_view region_prefix;
  std::string_view suffix;
  std::string_view dual_stack_suffix;
};
constexpr std::array kPartitions{
    Partition{"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    Partition{"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"},
    Partition{"aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    Partition{"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    Partition{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    Partition{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    Partition{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    Partition{"aws", "", "amazonaws.com", "api.aws"},
};

const Partition& partition_with(std::string_view region) {
  return *std::find_if(kPartitions.begin(), kPartitions.end(), [&](const Partition& partition) {
    return region.starts_with(partition.region_prefix);
  });
}

// Whether `text` is two or three words of lower-case letters and then a number, joined by dashes. We check
// because the region becomes a part of a host name.
bool is_region(std::string_view text) {
  constexpr std::size_t kBytesMax = 32;
  if (text.size() > kBytesMax) return false;
  std::size_t words = 0;
  for (;;) {
    const std::size_t dash = text.find('-');
    const bool is_last = dash == std::string_view::npos;
    const std::string_view word = text.substr(0, dash);
    const auto is_good = [&](char byte) {
      return is_last ? byte >= '0' && byte <= '9' : byte >= 'a' && byte <= 'z';
    };
    if (word.empty() || !std::all_of(word.begin(), word.end(), is_good)) return false;
    ++words;
    if (is_last) return words == 3 || words == 4;
    text.remove_prefix(dash + 1);
  }
}

// As in botocore's rule sets (data/*/endpoint-rule-set-1.json) for the services that we use.
std::string own_url(Service service, std::string_view region, const EndpointSettings& settings) {
  const Partition& partition = partition_with(region);
  const bool is_gov = partition.name == "aws-us-gov";
  std::string_view suffix = settings.use_dual_stack ? partition.dual_stack_suffix : partition.suffix;
  std::string_view fips = settings.use_fips ? "-fips" : "";
  std::string_view dual_stack = "";
  switch (service) {
    case Service::S3:
      suffix = partition.suffix;
      if (settings.use_dual_stack) dual_stack = ".dualstack";
      break;
    case Service::SecretsManager:
      if (partition.name == "aws" || is_gov || (partition.name == "aws-cn" && !settings.use_fips))
        suffix = partition.suffix;
      break;
    case Service::Logs:
    case Service::Sns:
    case Service::Sqs:
    case Service::Sts:
    case Service::DynamoDb:
      if (is_gov && !settings.use_dual_stack) fips = "";  // the usual address is a FIPS endpoint already
      break;
  }
  return fmt::format("https://{}{}{}.{}.{}", signing_name(service), fips, dual_stack, region, suffix);
}

Result<std::string> checked_url(std::string_view url) {
  constexpr std::size_t kBytesMax = 2048;
  while (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  const std::string_view host = url.substr(scheme, url.find('/', scheme) - scheme);
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char byte) {
    return byte > ' ' && byte < 0x7f &&
           std::string_view("\"<>\\^`{|}?#@").find(byte) == std::string_view::npos;
  });
  if (scheme == 0 || host.empty() || !is_plain || url.size() > kBytesMax)
    return Error{Fault::Invalid,
                 "endpoint: not an http(s) URL; it must have neither user, query nor fragment"};
  return std::string(url);
}

}  // namespace

std::string_view signing_name(Service service) {
  switch (service) {
    case Service::S3:
      return "s3";
    case Service::Sqs:
      return "sqs";
    case Service::Sts:
      return "sts";
    case Service::DynamoDb:
      return "dynamodb";
    case Service::Logs:
      return "logs";
    case Service::SecretsManager:
      return "secretsmanager";
    case Service::Sns:
      return "sns";
  }
  CHECK(false);
}

std::string_view partition_of(std::string_view region) {
  return partition_with(region).name;
}

Result<Endpoint> endpoint_of(Service service, std::string_view region, const EndpointSettings& settings) {
  if (!is_region(region))
    return Error{Fault::Invalid,
                 fmt::format("region: \"{}\" is not the name of an AWS region", region.substr(0, 64))};
  const auto own = settings.urls.find(service);
  const std::string& custom = own != settings.urls.end() && !own->second.empty() ? own->second : settings.url;
  Endpoint endpoint{
      .service = service, .url = {}, .region = std::string(region), .is_custom = !custom.empty()};
  if (!endpoint.is_custom) {
    if (service == Service::S3 && settings.use_fips && partition_of(region) == "aws-cn")
      return Error{Fault::Invalid, "endpoint: S3 has no FIPS endpoint in China"};
    endpoint.url = own_url(service, region, settings);
    return endpoint;
  }
  if (settings.use_fips || settings.use_dual_stack)
    return Error{Fault::Invalid,
                 "endpoint: a custom URL cannot be combined with FIPS or dual stack; turn those off"};
  endpoint.url = TRY(checked_url(custom));
  return endpoint;
}

}  // namespace headgate::aws
