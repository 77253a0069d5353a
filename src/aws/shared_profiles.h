// The profiles of ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <map>
#include <string>

#include "aws/ini_file.h"
#include "aws/surroundings.h"
#include "base/result.h"
#include "ports/disk.h"

namespace headgate::aws {

using Profiles = std::map<std::string, IniSection, std::less<>>;

// Of the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, or else of those at home; one that
// is not there has none. What stands in both files is the credentials file's. Denied or Invalid, with the
// file's path, when one cannot be read.
Result<Profiles> read_profiles(const Surroundings& surroundings, Disk& disk);

// AWS_PROFILE, or "default".
std::string profile_name(const Surroundings& surroundings);

}  // namespace headgate::aws
