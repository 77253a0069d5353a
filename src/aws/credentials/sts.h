// Security Token Service: who are we, and whose role may we take.
// https://docs.aws.amazon.com/STS/latest/APIReference/
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
  std::string session_name;             // 2 to 64 of [\w+=,.@-]: stands in the ARN that CloudTrail shows
  std::string external_id = {};         // empty: none, as with all below
  std::string policy = {};              // JSON, at most 2048 characters: the session may do no more than this
  std::chrono::seconds duration{3600};  // 900 s to 12 h; at most 1 h for a role taken by a role
  std::vector<std::pair<std::string, std::string>> tags = {};  // of the session; at most 50
  std::vector<std::string> transitive_tags = {};               // names of those that later roles inherit
  std::string source_identity = {};  // 2 to 64; the trust policy must allow sts:SetSourceIdentity
};

struct WebIdentityRequest {
  std::string role_arn;
  std::string session_name;
  std::string token;  // OpenID Connect; never part of an error
  std::chrono::seconds duration{3600};
};

struct CallerIdentity {
  std::string account;
  std::string arn;
  std::string user_id;
};

// Any thread.
class Sts {
 public:
  // `deps.credentials` ask; for assume_role_with_web_identity() they may be nobody's.
  Sts(ServiceClient::Deps deps, Endpoint endpoint, ServiceClient::Options options)
      : client_(deps, std::move(endpoint), std::move(options)) {}

  // Denied when the role does not trust us, there is none, or the external id is wrong: AWS does not tell
  // which. Whatever else STS refuses is Retry: it says something of our credentials, tags or policy, and
  // nothing of what the session is for.
  Result<Credentials> assume_role(const RoleRequest& request, Deadline deadline);
  Result<Credentials> assume_role_with_web_identity(const WebIdentityRequest& request, Deadline deadline);
  // Needs no permission: what shows that credentials are good.
  Result<CallerIdentity> caller_identity(Deadline deadline);

 private:
  using Form = std::vector<std::pair<std::string, std::string>>;
  Result<std::string> ask(std::string_view operation, Form form, Deadline deadline,
                          std::string_view secret = {});

  ServiceClient client_;
};

// What STS answers with. Retry when the XML lacks what STS promises: someone else answered.
Result<Credentials> parse_assumed_role(std::string_view xml);
Result<CallerIdentity> parse_caller_identity(std::string_view xml);

}  // namespace headgate::aws
