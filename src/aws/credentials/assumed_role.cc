#include "aws/credentials/assumed_role.h"

#include "base/log.h"

namespace headgate::aws {
namespace {

// Session tags and source identity are sent only to roles that accept them. A trust policy that allows
// sts:AssumeRole alone refuses both.
class RoleOrigin final : public CredentialsOrigin {
 public:
  RoleOrigin(const AssumedRole::Deps& deps, Endpoint sts, RoleRequest request)
      : request_(std::move(request)),
        sts_({deps.clock, deps.random, deps.http, deps.base}, std::move(sts),
             ServiceClient::Options{.attempts_max = deps.attempts_max, .stop = deps.stop}) {}
  std::string_view name() const override { return request_.role_arn; }

  Result<Credentials> fetch(Deadline deadline) override {
    for (;;) {
      Result<Credentials> taken = sts_.assume_role(request_, deadline);
      if (taken.ok() || !leave_out(taken.error().what)) return taken;
    }
  }

 private:
  // Leaves out of the next requests what STS named in its refusal, or what took too much space. STS packs
  // session tags and the policy together, and EKS Pod Identity passes on tags of its own that fill most of
  // that space. The policy is never left out. Returns false if the refusal was about nothing that can be left
  // out.
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
  bool leave_out(std::string_view refusal) {
    const auto names = [&](std::string_view action) {
      return refusal.find(action) != std::string_view::npos;
    };
    const char* left_out = nullptr;
    const bool is_too_large = names("AssumeRole: PackedPolicyTooLarge");
    if (!request_.tags.empty() && (is_too_large || names("sts:TagSession"))) {
      request_.tags.clear();
      request_.transitive_tags.clear();
      left_out = is_too_large ? "sts:TagSession (too large)" : "sts:TagSession";
    } else if (!request_.source_identity.empty() && names("sts:SetSourceIdentity")) {
      request_.source_identity.clear();
      left_out = "sts:SetSourceIdentity";
    }
    if (left_out == nullptr) return false;
    log::info("role_session_not_labelled",
              "A role refuses the session's tags or source identity, so it is assumed without them. "
              "CloudTrail in that account shows less about these calls.",
              {{"role", request_.role_arn}, {"action", left_out}});
    return true;
  }

  RoleRequest request_;
  Sts sts_;
};

}  // namespace

AssumedRole::AssumedRole(const Deps& deps, Endpoint sts, RoleRequest request)
    : kept_(deps.clock, deps.random, std::make_unique<RoleOrigin>(deps, std::move(sts), std::move(request)),
            RefreshingCredentials::Options{}) {}

}  // namespace headgate::aws
