// The profiles of ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/credentials/environment.h"
#include "aws/credentials/ini_file.h"
#include "base/result.h"
#include "ports/disk.h"

namespace headgate::aws {

using Profiles = std::map<std::string, IniSection, std::less<>>;

// Of the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, or else of those at home; one that
// is not there has none. What stands in both files is the credentials file's. Denied or Invalid, with the
// file's path, when one cannot be read.
Result<Profiles> read_profiles(const Environment& environment, Disk& disk);

// The section [services NAME] of the config file, which a profile names with `services`: "s3.endpoint_url".
// Invalid when there is none.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
Result<IniSection> read_services(const Environment& environment, Disk& disk, std::string_view name);

// AWS_PROFILE, or "default".
std::string profile_name(const Environment& environment);

}  // namespace headgate::aws
