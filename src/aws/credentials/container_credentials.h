// The credentials of an ECS task or of a pod with EKS Pod Identity.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"

namespace headgate::aws {

class ContainerCredentials final : public CredentialsOrigin {
 public:
  // Whether AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI says where.
  static bool are_offered(const Environment& environment);
  ContainerCredentials(const CredentialsDeps& deps, const Environment& environment);

  std::string_view name() const override { return "container credentials"; }
  // Denied when the address is one that credentials are not asked for over plain HTTP. The authorization
  // token's file (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is read again each time.
  Result<Credentials> fetch(Deadline deadline) override;

 private:
  Result<std::string> authorization();

  const CredentialsDeps deps_;
  std::string url_;
  const std::string token_;
  const std::string token_file_;
};

// https anywhere; http only to loopback and to the link-local addresses of ECS and EKS.
bool may_give_credentials(std::string_view url);

}  // namespace headgate::aws
