#include "aws/credentials/credentials_document.h"

#include <simdjson.h>

#include <algorithm>

namespace headgate::aws {
namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
}

std::string text_at(const simdjson::dom::object& object, const char* name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

}  // namespace

Result<> check_credentials(const Credentials& credentials) {
  const std::string& key = credentials.access_key_id;
  if (key.empty() || !is_printable(key) || key.find_first_of("/,") != std::string::npos)
    return Error{Fault::Invalid, "the access key id is empty, or contains a space, a slash or a comma"};
  if (credentials.secret_access_key.empty() || !is_printable(credentials.secret_access_key))
    return Error{Fault::Invalid, "the secret access key is empty, or contains a space or a line break"};
  if (!is_printable(credentials.session_token))
    return Error{Fault::Invalid, "the session token contains a space or a line break"};
  return {};
}

Result<Credentials> parse_credentials_document(std::string_view json) {
  if (json.size() > kCredentialsDocumentBytesMax) return Error{Fault::Invalid, "credentials: too long"};
  simdjson::dom::parser parser(kCredentialsDocumentBytesMax);
  simdjson::dom::object object;
  if (parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS)
    return Error{Fault::Invalid, "credentials: not a JSON object"};
  const std::string code = text_at(object, "Code");
  if (!code.empty() && code != "Success") {
    const bool is_word =
        std::all_of(code.begin(), code.end(), [](unsigned char byte) { return std::isalnum(byte) != 0; });
    return Error{Fault::Denied,
                 "credentials: refused" + (is_word && code.size() <= 64 ? ": " + code : std::string())};
  }
  Credentials credentials{.access_key_id = text_at(object, "AccessKeyId"),
                          .secret_access_key = text_at(object, "SecretAccessKey"),
                          .session_token = text_at(object, "SessionToken"),
                          .expires_at = {}};
  if (credentials.session_token.empty()) credentials.session_token = text_at(object, "Token");
  if (const std::string expiration = text_at(object, "Expiration"); !expiration.empty()) {
    credentials.expires_at = parse_rfc3339(expiration);
    if (!credentials.expires_at) return Error{Fault::Invalid, "credentials: Expiration is not a time"};
  }
  TRY_IN("credentials", check_credentials(credentials));
  return credentials;
}

}  // namespace headgate::aws
