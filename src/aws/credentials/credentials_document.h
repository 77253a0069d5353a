// Reads credentials from the JSON object that metadata services and programs write.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <string_view>

#include "aws/call/credentials.h"
#include "base/result.h"

namespace headgate::aws {

constexpr std::size_t kCredentialsDocumentBytesMax = 64U << 10U;

// The members are AccessKeyId, SecretAccessKey, Token or SessionToken, Expiration (RFC 3339), and optionally
// Code. Fault::Denied if Code is not Success. Fault::Invalid if the document is not of this form. Errors
// repeat nothing of the document but Code.
Result<Credentials> parse_credentials_document(std::string_view json);

// Fault::Invalid if the credentials contain characters that a header must not have. The error does not repeat
// the credentials.
Result<> check_credentials(const Credentials& credentials);

}  // namespace headgate::aws
