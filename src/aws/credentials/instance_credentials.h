// Credentials of an EC2 instance's role, from the instance's metadata service (IMDSv2 only).
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"

namespace headgate::aws {

class InstanceCredentials final : public CredentialsOrigin {
 public:
  // False if AWS_EC2_METADATA_DISABLED is true.
  static bool are_allowed(const Environment& environment);
  // The address is AWS_EC2_METADATA_SERVICE_ENDPOINT. If that is not set,
  // AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE chooses between the IPv4 and the IPv6 address.
  InstanceCredentials(const CredentialsDeps& deps, const Environment& environment);

  std::string_view name() const override { return "instance metadata"; }
  // Fault::Denied if the instance has no role. A container that is one network hop too far away gets no
  // token: Fault::Retry, and the error mentions the hop limit.
  Result<Credentials> fetch(Deadline deadline) override;

 private:
  const CredentialsDeps deps_;
  std::string url_;
};

}  // namespace headgate::aws
