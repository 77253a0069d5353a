// Finds our own credentials by the chain that all SDKs of AWS follow.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#pragma once

#include <memory>

#include "aws/call/credentials.h"
#include "aws/credentials/aws_settings.h"
#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"
#include "base/result.h"

namespace headgate::aws {

// Uses the first of these that is configured:
// - AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
// - the profile that AWS_PROFILE names (keys, role_arn with source_profile or credential_source, web
// identity, credential_process),
// - web identity,
// - the profile named default,
// - the container's endpoint,
// - the instance's metadata.
// A profile that can only sign in by SSO is Fault::Invalid. It is not skipped, since the next one of the
// chain may be another identity. No provider is called before the first get(). `deps` must outlive the
// result.
// Fault::Denied if nothing is configured, or if AWS_PROFILE names a profile that does not exist.
// Fault::Invalid if the configuration is wrong.
Result<std::unique_ptr<CredentialsSource>> default_credentials(const CredentialsDeps& deps,
                                                               const Environment& environment,
                                                               const AwsSettings& settings);

}  // namespace headgate::aws
