// AWS Security Token Service: tells who we are, and lets us assume roles.
// https://docs.aws.amazon.com/STS/latest/APIReference/
// Tests: src/aws/tenant/role_chain_test.cc
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/call/credentials.h"
#include "aws/call/service_client.h"
#include "base/deadline.h"
#include "base/result.h"

namespace headgate::aws {

struct RoleRequest {
  std::string role_arn;
  std::string session_name;      // 2 to 64 of [\w+=,.@-]; a part of the ARN that CloudTrail shows
  std::string external_id = {};  // not sent if empty, as all members below
  std::string policy = {};       // JSON, at most 2048 characters; the session may do no more than it allows
  std::chrono::seconds duration{3600};  // 900 s to 12 h; at most 1 h if a role assumes a role
  std::vector<std::pair<std::string, std::string>> tags = {};  // session tags, at most 50
  std::vector<std::string> transitive_tags = {};  // names of the tags that roles assumed later inherit
  std::string source_identity = {};  // 2 to 64; the trust policy must allow sts:SetSourceIdentity
};

struct WebIdentityRequest {
  std::string role_arn;
  std::string session_name;
  std::string token;  // an OpenID Connect token; never part of an error
  std::chrono::seconds duration{3600};
};

struct CallerIdentity {
  std::string account;
  std::string arn;
  std::string user_id;
};

// Thread-safe.
class Sts {
 public:
  // Requests are signed with `deps.credentials`. For assume_role_with_web_identity() these may be empty.
  Sts(ServiceClient::Deps deps, Endpoint endpoint, ServiceClient::Options options)
      : client_(deps, std::move(endpoint), std::move(options)) {}

  // Fault::Denied if the role does not trust us, does not exist, or expects another external id: AWS does not
  // say which. Any other refusal is Fault::Retry, because it concerns our credentials, tags or policy and not
  // what the session is for.
  Result<Credentials> assume_role(const RoleRequest& request, Deadline deadline);
  Result<Credentials> assume_role_with_web_identity(const WebIdentityRequest& request, Deadline deadline);
  // Who the credentials belong to. AWS requires no permission for this call, so it shows whether credentials
  // are valid.
  Result<CallerIdentity> caller_identity(Deadline deadline);

 private:
  using Form = std::vector<std::pair<std::string, std::string>>;
  Result<std::string> ask(std::string_view operation, Form form, Deadline deadline,
                          std::string_view secret = {});

  ServiceClient client_;
};

// Parse answers of STS. Fault::Retry if the XML lacks what STS promises, since then something other than STS
// has answered.
Result<Credentials> parse_assumed_role(std::string_view xml);
Result<CallerIdentity> parse_caller_identity(std::string_view xml);

}  // namespace headgate::aws
