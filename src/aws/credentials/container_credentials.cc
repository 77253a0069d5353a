#include "aws/credentials/container_credentials.h"

#include <arpa/inet.h>

#include <algorithm>

#include "aws/credentials/credentials_document.h"
#include "aws/credentials/metadata_request.h"
#include "ports/whole_file.h"

namespace headgate::aws {
namespace {

constexpr const char* kRelative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* kFull = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

bool is_near(const std::string& host) {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1)
    return (ntohl(four.s_addr) >> 24U) == 127 || host == "169.254.170.2" || host == "169.254.170.23";
  if (host == "localhost") return true;
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  in6_addr six{};
  in6_addr eks{};
  if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six) != 1) return false;
  ::inet_pton(AF_INET6, "fd00:ec2::23", &eks);
  return IN6_IS_ADDR_LOOPBACK(&six) || IN6_ARE_ADDR_EQUAL(&six, &eks);
}

}  // namespace

bool may_give_credentials(std::string_view url) {
  constexpr std::size_t kBytesMax = 4096;
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char byte) {
    return byte > ' ' && byte < 0x7f && byte != '@' && byte != '\\' && byte != '#';
  });
  if (!is_plain || url.size() > kBytesMax) return false;
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kHttp = "http://";
  if (!url.starts_with(kHttp)) return false;
  url.remove_prefix(kHttp.size());
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  const std::size_t port = authority.starts_with('[') ? authority.find("]:") : authority.find(':');
  if (port == std::string_view::npos) return is_near(std::string(authority));
  return is_near(std::string(authority.substr(0, authority.starts_with('[') ? port + 1 : port)));
}

bool ContainerCredentials::are_offered(const Environment& environment) {
  return !environment.variable(kRelative).empty() || !environment.variable(kFull).empty();
}

ContainerCredentials::ContainerCredentials(const CredentialsDeps& deps, const Environment& environment)
    : deps_(deps),
      url_(environment.variable(kFull)),
      token_(environment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")),
      token_file_(environment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
  if (const std::string relative = environment.variable(kRelative); !relative.empty())
    url_ = "http://169.254.170.2" + std::string(relative.starts_with('/') ? "" : "/") + relative;
}

Result<std::string> ContainerCredentials::authorization() {
  constexpr std::size_t kBytesMax = 64U << 10U;
  std::string token = token_;
  if (!token_file_.empty()) {
    token = TRY_IN("authorization token", read_whole_file(deps_.disk, token_file_, kBytesMax));
    const std::size_t last = token.find_last_not_of(" \t\r\n");
    token.resize(last == std::string::npos ? 0 : last + 1);
  }
  const bool is_sound =
      std::all_of(token.begin(), token.end(), [](char byte) { return byte >= ' ' && byte < 0x7f; });
  if (!is_sound)
    return Error{Fault::Invalid, "authorization token: contains characters that a header must not have"};
  return token;
}

Result<Credentials> ContainerCredentials::fetch(Deadline deadline) {
  if (!may_give_credentials(url_))
    return Error{Fault::Denied,
                 "the address must use https, or be on this machine, or be the one of ECS or EKS"};
  const std::string token = TRY(authorization());
  net::HttpRequest request{.method = "GET", .url = url_, .headers = {{"Accept", "application/json"}}};
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  const std::string document =
      TRY(ask_metadata({deps_.clock, deps_.http, deps_.stop}, "container endpoint", request, deadline));
  return parse_credentials_document(document);
}

}  // namespace headgate::aws
