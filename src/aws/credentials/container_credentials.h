// The credentials of an ECS task or of a pod with EKS Pod Identity.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"

namespace headgate::aws {

class ContainerCredentials final : public CredentialsOrigin {
 public:
  // Whether AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI is set.
  static bool are_offered(const Environment& environment);
  ContainerCredentials(const CredentialsDeps& deps, const Environment& environment);

  std::string_view name() const override { return "container credentials"; }
  // Fault::Denied if the address is plain HTTP and neither on this machine nor one of AWS's. The file of the
  // authorization token (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is read each time.
  Result<Credentials> fetch(Deadline deadline) override;

 private:
  Result<std::string> authorization();

  const CredentialsDeps deps_;
  std::string url_;
  const std::string token_;
  const std::string token_file_;
};

// Whether credentials may come from this address: https from anywhere, http only from loopback and from the
// link-local addresses of ECS and EKS.
bool may_give_credentials(std::string_view url);

}  // namespace headgate::aws
