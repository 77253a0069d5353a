// The address of an AWS service in a region, and the names with which requests to it are signed.
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
  std::string region;      // the region in the signature
  bool is_custom = false;  // the user configured the URL; buckets of S3 are then part of the path, not of the
                           // host
};

struct EndpointSettings {
  bool use_fips = false;
  bool use_dual_stack = false;
  std::string url;                      // AWS_ENDPOINT_URL, for all services; if empty, AWS's own address
  std::map<Service, std::string> urls;  // AWS_ENDPOINT_URL_<SERVICE>, which overrides `url`
};

// Fault::Invalid if `region` is not a region's name, or if the configured URL is not an http(s) URL.
Result<Endpoint> endpoint_of(Service service, std::string_view region, const EndpointSettings& settings);

// The partition of a region, which is the second part of its ARNs: aws, aws-cn, aws-us-gov, aws-eusc, aws-iso
// and so on.
std::string_view partition_of(std::string_view region);

}  // namespace headgate::aws
