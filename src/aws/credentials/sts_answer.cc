// Tests: src/aws/tenant/role_chain_test.cc, src/aws/call/foreign_answers_test.cc
#include <pugixml.hpp>

#include "aws/credentials/credentials_document.h"
#include "aws/credentials/sts.h"

namespace headgate::aws {
namespace {

constexpr std::size_t kBytesMax = 64U << 10U;

// The content of <XResponse><XResult>.
Result<pugi::xml_node> result_of(pugi::xml_document& document, std::string_view xml) {
  if (xml.size() > kBytesMax || !document.load_buffer(xml.data(), xml.size()))
    return Error{Fault::Retry, "the answer is not XML"};
  for (const pugi::xml_node node : document.document_element()) {
    if (std::string_view(node.name()).ends_with("Result")) return node;
  }
  return Error{Fault::Retry, "the answer contains no result"};
}

}  // namespace

Result<Credentials> parse_assumed_role(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node given = TRY(result_of(document, xml)).child("Credentials");
  Credentials credentials{.access_key_id = given.child_value("AccessKeyId"),
                          .secret_access_key = given.child_value("SecretAccessKey"),
                          .session_token = given.child_value("SessionToken"),
                          .expires_at = parse_rfc3339(given.child_value("Expiration"))};
  if (const Result<> sound = check_credentials(credentials); !sound.ok())
    return Error{Fault::Retry, sound.error().what};
  if (credentials.session_token.empty() || !credentials.expires_at)
    return Error{Fault::Retry, "the answer lacks a session token or its expiry"};
  return credentials;
}

Result<CallerIdentity> parse_caller_identity(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node given = TRY(result_of(document, xml));
  CallerIdentity identity{.account = given.child_value("Account"),
                          .arn = given.child_value("Arn"),
                          .user_id = given.child_value("UserId")};
  if (identity.account.empty() || identity.arn.empty())
    return Error{Fault::Retry, "the answer lacks the account or the ARN"};
  return identity;
}

}  // namespace headgate::aws
