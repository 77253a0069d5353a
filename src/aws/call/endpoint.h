// Where a service of a region answers, and what its requests are signed for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::aws {

enum class Service : std::uint8_t { S3, Sqs, Sts, DynamoDb, Logs, SecretsManager, Sns };
std::string_view signing_name(Service service);  // s3, sqs, sts, dynamodb, logs, secretsmanager, sns

struct Endpoint {
  Service service = Service::S3;
  std::string url;         // scheme://host[:port][/path], no slash at the end
  std::string region;      // signed for
  bool is_custom = false;  // named by the user: S3 is then addressed by path
};

struct EndpointSettings {
  bool use_fips = false;
  bool use_dual_stack = false;
  std::string url;                      // AWS_ENDPOINT_URL: for all services; empty = AWS's own
  std::map<Service, std::string> urls;  // AWS_ENDPOINT_URL_<SERVICE>: before the one above
};

// Fault::Invalid when the region is no region, or the custom URL is no http(s) URL.
Result<Endpoint> endpoint_of(Service service, std::string_view region, const EndpointSettings& settings);

// aws, aws-cn, aws-us-gov, aws-eusc, aws-iso ...: what stands second in the ARNs of a region.
std::string_view partition_of(std::string_view region);

}  // namespace headgate::aws
