// Credentials of a role that is assumed with other credentials.
// Tests: src/aws/credentials/default_credentials_test.cc, src/aws/tenant/role_chain_test.cc
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/refreshing_credentials.h"
#include "aws/credentials/sts.h"

namespace headgate::aws {

// Thread-safe. RefreshingCredentials keeps and renews the session, and remembers a refusal for a while.
class AssumedRole final : public CredentialsSource {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    net::HttpPool& http;
    CredentialsSource& base;    // the credentials that assume the role
    std::stop_token stop = {};  // when stopped, every wait ends with Fault::Stopped
    std::uint32_t attempts_max = ServiceClient::Options().attempts_max;
  };
  // The dependencies must outlive this object.
  AssumedRole(const Deps& deps, Endpoint sts, RoleRequest request);

  Result<Credentials> get(Deadline deadline) override { return kept_.get(deadline); }
  void forget(const Credentials& refused) override { kept_.forget(refused); }

 private:
  RefreshingCredentials kept_;
};

}  // namespace headgate::aws
