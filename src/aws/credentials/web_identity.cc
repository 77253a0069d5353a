#include "aws/credentials/web_identity.h"

#include <utility>

#include "ports/whole_file.h"

namespace headgate::aws {

WebIdentity::WebIdentity(const CredentialsDeps& deps, Endpoint sts, Role role)
    : deps_(deps),
      role_(std::move(role)),
      sts_({deps.clock, deps.random, deps.http, nobody_}, std::move(sts),
           ServiceClient::Options{.attempts_max = deps.attempts_max, .stop = deps.stop}) {}

Result<Credentials> WebIdentity::fetch(Deadline deadline) {
  constexpr std::size_t kTokenBytesMax = 20'000;  // the most that STS accepts
  std::string token = TRY_IN("token", read_whole_file(deps_.disk, role_.token_file, kTokenBytesMax));
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  token.resize(last == std::string::npos ? 0 : last + 1);
  if (token.empty()) return Error{Fault::Retry, role_.token_file + ": empty"};
  return sts_.assume_role_with_web_identity(
      {.role_arn = role_.arn,
       .session_name = role_.session_name.empty() ? "headgate" : role_.session_name,
       .token = std::move(token)},
      deadline);
}

}  // namespace headgate::aws
