// Whose credentials we have: the chain that all SDKs follow.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#pragma once

#include <memory>

#include "aws/call/credentials.h"
#include "aws/credentials/aws_settings.h"
#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"
#include "base/result.h"

namespace headgate::aws {

// The first of these that is configured: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the profile that
// AWS_PROFILE names (keys, role_arn with source_profile or credential_source, web identity,
// credential_process); web identity; the profile default; the container's endpoint; the instance's metadata.
// A profile that signs in by SSO alone is Invalid and not passed over: the next one of the chain may be
// somebody else. Nobody is asked before the first get(). `deps` outlives it.
// Denied when nothing is configured or AWS_PROFILE names no profile; Invalid when what is configured is
// wrong.
Result<std::unique_ptr<CredentialsSource>> default_credentials(const CredentialsDeps& deps,
                                                               const Environment& environment,
                                                               const AwsSettings& settings);

}  // namespace headgate::aws
