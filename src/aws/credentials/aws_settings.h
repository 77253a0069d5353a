// What the environment and the profile say of regions and endpoints, as all SDKs read them.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
#pragma once

#include <cstdint>
#include <string>

#include "aws/call/endpoint.h"
#include "aws/credentials/environment.h"
#include "base/result.h"
#include "net/proxy.h"
#include "ports/disk.h"

namespace headgate::aws {

struct AwsSettings {
  std::string region;              // AWS_REGION, AWS_DEFAULT_REGION, region; empty: nobody says
  EndpointSettings endpoints;      // AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>, AWS_USE_FIPS_ENDPOINT,
                                   // AWS_USE_DUALSTACK_ENDPOINT; a profile's section of services
  std::string ca_file;             // AWS_CA_BUNDLE; empty: the machine's own
  std::uint32_t attempts_max = 3;  // AWS_MAX_ATTEMPTS, 1 to 100
  net::ProxySettings proxies;      // HTTPS_PROXY, HTTP_PROXY, NO_PROXY; their names in lower case come first
};

// The environment before the profile (AWS_PROFILE). Invalid, with the name, when a value is none.
Result<AwsSettings> aws_settings(const Environment& environment, Disk& disk);

}  // namespace headgate::aws
