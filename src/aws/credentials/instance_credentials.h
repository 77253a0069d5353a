// The credentials of the role that an EC2 instance has, from its metadata service (IMDSv2 only).
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"

namespace headgate::aws {

class InstanceCredentials final : public CredentialsOrigin {
 public:
  // AWS_EC2_METADATA_DISABLED forbids it.
  static bool are_allowed(const Environment& environment);
  // AWS_EC2_METADATA_SERVICE_ENDPOINT, or by AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE IPv4 or IPv6.
  InstanceCredentials(const CredentialsDeps& deps, const Environment& environment);

  std::string_view name() const override { return "instance metadata"; }
  // Denied when the instance has no role. A container that is one hop too far gets no token: Retry, with
  // words.
  Result<Credentials> fetch(Deadline deadline) override;

 private:
  const CredentialsDeps deps_;
  std::string url_;
};

}  // namespace headgate::aws
