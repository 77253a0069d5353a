// The profiles of ~/.aws/config and ~/.aws/credentials.
// Tests: src/aws/credentials/default_credentials_test.cc
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

// Reads the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, or else those in the home
// directory. A file that does not exist has no profiles. If both files have a value, that of the credentials
// file counts. Fault::Denied or Fault::Invalid, with the file's path, if a file cannot be read.
Result<Profiles> read_profiles(const Environment& environment, Disk& disk);

// Reads the section [services NAME] of the config file, which a profile names with `services`; a key is, for
// example, "s3.endpoint_url". Fault::Invalid if there is no such section.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
Result<IniSection> read_services(const Environment& environment, Disk& disk, std::string_view name);

// The value of AWS_PROFILE, or "default".
std::string profile_name(const Environment& environment);

}  // namespace headgate::aws
