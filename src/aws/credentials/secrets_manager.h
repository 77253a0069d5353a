// Reads secrets that our own configuration names from AWS Secrets Manager.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
// Tests: src/aws/tenant/role_chain_test.cc
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "aws/call/service_client.h"
#include "base/deadline.h"
#include "base/result.h"

namespace headgate::aws {

// Thread-safe.
class SecretsManager {
 public:
  SecretsManager(ServiceClient::Deps deps, Endpoint endpoint, ServiceClient::Options options)
      : client_(deps, std::move(endpoint), std::move(options)) {}

  // Returns the current version of the secret with that name or ARN: its text, or its bytes if it has no
  // text. At most 64 KiB.
  Result<std::string> value(std::string_view secret_id, Deadline deadline);

 private:
  ServiceClient client_;
};

// Parses the answer of GetSecretValue. Fault::Invalid if it holds neither text nor bytes; the error repeats
// nothing of the answer.
Result<std::string> parse_secret_value(std::string_view json);

}  // namespace headgate::aws
