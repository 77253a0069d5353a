// A role taken with other credentials.
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>

#include "aws/credentials/credentials_origin.h"
#include "aws/credentials/refreshing_credentials.h"
#include "aws/credentials/sts.h"

namespace headgate::aws {

// Any thread. Kept, renewed and negatively cached as RefreshingCredentials does.
class AssumedRole final : public CredentialsSource {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    net::HttpPool& http;
    CredentialsSource& base;    // who asks for the role
    std::stop_token stop = {};  // ends its waits with Fault::Stopped
    std::uint32_t attempts_max = ServiceClient::Options().attempts_max;
  };
  // The dependencies outlive it.
  AssumedRole(const Deps& deps, Endpoint sts, RoleRequest request);

  Result<Credentials> get(Deadline deadline) override { return kept_.get(deadline); }
  void forget(const Credentials& refused) override { kept_.forget(refused); }

 private:
  RefreshingCredentials kept_;
};

}  // namespace headgate::aws
