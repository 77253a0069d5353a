// Credentials as metadata services and programs write them: a JSON object.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#pragma once

#include <string_view>

#include "aws/call/credentials.h"
#include "base/result.h"

namespace headgate::aws {

constexpr std::size_t kCredentialsDocumentBytesMax = 64U << 10U;

// AccessKeyId, SecretAccessKey, Token or SessionToken, Expiration (RFC 3339), and perhaps a Code, which must
// then be Success: Denied if it is not. Invalid when it is no such document; nothing of it is in the words.
Result<Credentials> parse_credentials_document(std::string_view json);

// Invalid when they could not stand in a header. The words do not repeat them.
Result<> check_credentials(const Credentials& credentials);

}  // namespace headgate::aws
