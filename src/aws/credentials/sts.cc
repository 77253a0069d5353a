#include "aws/credentials/sts.h"

#include <algorithm>

#include "aws/call/sigv4.h"

namespace headgate::aws {

Result<std::string> Sts::ask(std::string_view operation, Form form, Deadline deadline,
                             std::string_view secret) {
  form.emplace_back("Action", operation);
  form.emplace_back("Version", "2011-06-15");
  const std::string body = canonical_query(form);
  const ServiceRequest request{
      .operation = std::string(operation),
      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
      .body = body,
      .secret = secret};
  Answer answer = TRY(client_.call_ok(request, deadline));
  return std::move(answer.body);
}

Result<Credentials> Sts::assume_role(const RoleRequest& request, Deadline deadline) {
  Form form{{"RoleArn", request.role_arn},
            {"RoleSessionName", request.session_name},
            {"DurationSeconds", std::to_string(request.duration.count())}};
  if (!request.external_id.empty()) form.emplace_back("ExternalId", request.external_id);
  if (!request.policy.empty()) form.emplace_back("Policy", request.policy);
  if (!request.source_identity.empty()) form.emplace_back("SourceIdentity", request.source_identity);
  for (std::size_t at = 0; at < request.tags.size(); ++at) {
    const std::string member = "Tags.member." + std::to_string(at + 1);
    form.emplace_back(member + ".Key", request.tags[at].first);
    form.emplace_back(member + ".Value", request.tags[at].second);
  }
  for (std::size_t at = 0; at < request.transitive_tags.size(); ++at)
    form.emplace_back("TransitiveTagKeys.member." + std::to_string(at + 1), request.transitive_tags[at]);
  Result<std::string> xml = ask("AssumeRole", std::move(form), deadline);
  if (!xml.ok() && xml.error().fault != Fault::Stopped) {
    Error error = std::move(xml).error();
    error.fault = error.what.starts_with("AssumeRole: AccessDenied") ? Fault::Denied : Fault::Retry;
    return error;
  }
  const std::string answer = TRY(std::move(xml));
  return TRY_IN("AssumeRole", parse_assumed_role(answer));
}

Result<Credentials> Sts::assume_role_with_web_identity(const WebIdentityRequest& request, Deadline deadline) {
  Form form{{"RoleArn", request.role_arn},
            {"RoleSessionName", request.session_name},
            {"WebIdentityToken", request.token},
            {"DurationSeconds", std::to_string(request.duration.count())}};
  const std::string xml = TRY(ask("AssumeRoleWithWebIdentity", std::move(form), deadline, request.token));
  return TRY_IN("AssumeRoleWithWebIdentity", parse_assumed_role(xml));
}

Result<CallerIdentity> Sts::caller_identity(Deadline deadline) {
  const std::string xml = TRY(ask("GetCallerIdentity", {}, deadline));
  return TRY_IN("GetCallerIdentity", parse_caller_identity(xml));
}

}  // namespace headgate::aws
