// Regions, endpoints and proxies from the environment and the profile, as all SDKs of AWS read them.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
// Tests: src/aws/credentials/default_credentials_test.cc
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
  std::string region;  // AWS_REGION, AWS_DEFAULT_REGION, or the profile's region; empty if none is set
  EndpointSettings endpoints;      // AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>, AWS_USE_FIPS_ENDPOINT,
                                   // AWS_USE_DUALSTACK_ENDPOINT; a profile's section of services
  std::string ca_file;             // AWS_CA_BUNDLE; if empty, the machine's own certificates
  std::uint32_t attempts_max = 3;  // AWS_MAX_ATTEMPTS, 1 to 100
  net::ProxySettings proxies;      // HTTPS_PROXY, HTTP_PROXY, NO_PROXY; their names in lower case come first
};

// Variables override the profile (AWS_PROFILE). Fault::Invalid, with the variable's name, if a value is not
// valid.
Result<AwsSettings> aws_settings(const Environment& environment, Disk& disk);

}  // namespace headgate::aws
