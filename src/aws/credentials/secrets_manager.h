// Secrets that our own configuration names, in Secrets Manager.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "aws/call/service_client.h"
#include "base/deadline.h"
#include "base/result.h"

namespace headgate::aws {

// Any thread.
class SecretsManager {
 public:
  SecretsManager(ServiceClient::Deps deps, Endpoint endpoint, ServiceClient::Options options)
      : client_(deps, std::move(endpoint), std::move(options)) {}

  // The current version of the secret of that name or ARN: its text, or else its bytes. At most 64 KiB.
  Result<std::string> value(std::string_view secret_id, Deadline deadline);

 private:
  ServiceClient client_;
};

// What GetSecretValue answers with. Invalid, with nothing of it in the words, when it holds neither.
Result<std::string> parse_secret_value(std::string_view json);

}  // namespace headgate::aws
