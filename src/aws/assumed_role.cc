#include "aws/assumed_role.h"

namespace headgate::aws {
namespace {

class RoleOrigin final : public CredentialsOrigin {
 public:
  RoleOrigin(AssumedRole::World world, Endpoint sts, RoleRequest request)
      : request_(std::move(request)),
        sts_({world.clock, world.random, world.http, world.base}, std::move(sts), ServiceClient::Options{}) {}
  std::string_view name() const override { return request_.role_arn; }
  Result<Credentials> fetch(Deadline deadline) override { return sts_.assume_role(request_, deadline); }

 private:
  const RoleRequest request_;
  Sts sts_;
};

}  // namespace

AssumedRole::AssumedRole(World world, Endpoint sts, RoleRequest request)
    : kept_(world.clock, world.random,
            std::make_unique<RoleOrigin>(world, std::move(sts), std::move(request)),
            RefreshingCredentials::Options{}) {}

}  // namespace headgate::aws
