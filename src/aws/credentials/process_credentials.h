// Credentials that a program prints, as a profile's credential_process says.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/environment.h"

namespace headgate::aws {

class ProcessCredentials final : public CredentialsOrigin {
 public:
  static constexpr std::chrono::seconds kRunMax{60};

  ProcessCredentials(const Clock& clock, Environment environment, std::string command)
      : clock_(clock), environment_(std::move(environment)), command_(std::move(command)) {}

  std::string_view name() const override { return "credential_process"; }
  Result<Credentials> fetch(Deadline deadline) override;

 private:
  const Clock& clock_;
  const Environment environment_;
  const std::string command_;
};

}  // namespace headgate::aws
