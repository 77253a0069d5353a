// Credentials of the role that belongs to a Kubernetes service account's token (IRSA), or to any other OpenID
// Connect token in a file.
// https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <string>
#include <string_view>

#include "aws/call/endpoint.h"
#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/sts.h"

namespace headgate::aws {

class WebIdentity final : public CredentialsOrigin {
 public:
  struct Role {
    std::string arn;           // AWS_ROLE_ARN
    std::string token_file;    // AWS_WEB_IDENTITY_TOKEN_FILE; read each time, since the token is replaced
    std::string session_name;  // AWS_ROLE_SESSION_NAME; if empty, "headgate"
  };
  WebIdentity(const CredentialsDeps& deps, Endpoint sts, Role role);

  std::string_view name() const override { return "web identity"; }
  Result<Credentials> fetch(Deadline deadline) override;

 private:
  const CredentialsDeps deps_;
  const Role role_;
  FixedCredentials nobody_{Credentials{}};
  Sts sts_;
};

}  // namespace headgate::aws
