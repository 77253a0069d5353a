// What every client of AWS in this process shares: connections, credentials, roles.
// Tests: tests/e2e/aws_pipeline_test.py, tests/e2e/check_test.py
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "aws/call/service_client.h"
#include "aws/credentials/aws_settings.h"
#include "aws/credentials/environment.h"
#include "aws/s3/s3_bucket.h"
#include "aws/tenant/role_chain.h"
#include "base/metrics.h"
#include "base/result.h"
#include "config/config.h"
#include "config/config_load.h"
#include "net/http_pool.h"
#include "net/library.h"
#include "ports/clock.h"
#include "ports/disk.h"
#include "ports/random.h"

namespace headgate::assembly {

// What clients are made with; all of it outlives them.
struct ClientDeps {
  const net::Library& library;
  const config::Environment& environment;
  Clock& clock;
  Random& random;
  Disk& disk;
  Metrics* metrics = nullptr;  // none: nothing is counted
};

class AwsClients {
 public:
  // Makes no call. The error names the setting or variable. A stop of `leave` ends every wait of every
  // client.
  static Result<std::unique_ptr<AwsClients>> open(const ClientDeps& deps, const config::Config& config,
                                                  std::stop_token leave = {});

  const aws::AwsSettings& settings() const { return settings_; }
  net::HttpPool& http() { return *http_; }
  aws::RoleChain& roles() { return *roles_; }
  aws::CredentialsSource& source() { return *source_; }  // the credentials before any role is assumed
  // What a client needs that uses these credentials; central() is for our own.
  aws::ServiceClient::Deps with(aws::CredentialsSource& credentials);
  aws::ServiceClient::Deps central() { return with(roles_->central()); }
  aws::ServiceClient::Options options() const;
  // For calls to DynamoDB. They are short and tried often, because a delivery that cannot be recorded is
  // repeated.
  aws::ServiceClient::Options table_options() const;
  Result<aws::Endpoint> endpoint(aws::Service service) const {
    return aws::endpoint_of(service, settings_.region, settings_.endpoints);
  }
  // Of the central bucket.
  aws::S3Settings bucket_settings(const config::Config& config) const;

 private:
  AwsClients(const ClientDeps& deps, std::stop_token leave)
      : clock_(deps.clock), random_(deps.random), stop_(std::move(leave)) {}

  Clock& clock_;
  Random& random_;
  const std::stop_token stop_;
  aws::AwsSettings settings_;
  std::unique_ptr<net::HttpPool> http_;
  std::unique_ptr<aws::CredentialsSource> source_;
  std::unique_ptr<aws::RoleChain> roles_;
};

}  // namespace headgate::assembly
