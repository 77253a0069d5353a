#include "aws/credentials/instance_credentials.h"

#include "aws/credentials/credentials_document.h"
#include "aws/credentials/metadata_request.h"

namespace headgate::aws {

bool InstanceCredentials::are_allowed(const Environment& environment) {
  const std::string disabled = environment.variable("AWS_EC2_METADATA_DISABLED");
  return disabled != "true" && disabled != "True" && disabled != "TRUE";
}

InstanceCredentials::InstanceCredentials(const CredentialsDeps& deps, const Environment& environment)
    : deps_(deps), url_(environment.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
  while (url_.ends_with('/')) url_.pop_back();
  if (!url_.empty()) return;
  const std::string mode = environment.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
  url_ = mode == "IPv6" || mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

Result<Credentials> InstanceCredentials::fetch(Deadline deadline) {
  constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
  const MetadataDeps deps{deps_.clock, deps_.http, deps_.stop};
  const net::HttpRequest for_token{.method = "PUT",
                                   .url = url_ + "/latest/api/token",
                                   .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  const std::string token = TRY(ask_metadata(
      deps, "no token (in a container, set the instance's metadata hop limit to 2)", for_token, deadline));
  net::HttpRequest request{
      .method = "GET", .url = url_ + std::string(kRoles), .headers = {{"X-aws-ec2-metadata-token", token}}};
  Result<std::string> roles = ask_metadata(deps, "role", request, deadline);
  if (!roles.ok() && roles.error().fault == Fault::NotFound)
    return Error{Fault::Denied, "the instance has no role"};
  const std::string role = TRY(std::move(roles));
  net::append_percent_encoded(request.url, role.substr(0, role.find_first_of("\r\n")));
  const std::string document = TRY(ask_metadata(deps, "credentials", request, deadline));
  return parse_credentials_document(document);
}

}  // namespace headgate::aws
