#include "aws/call/refusal.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <pugixml.hpp>

#include "base/utf8.h"

namespace headgate::aws {
namespace {

std::string_view name_of_status(int status) {
  switch (status) {
    case 304:
      return "NotModified";
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 405:
      return "MethodNotAllowed";
    case 409:
      return "Conflict";
    case 412:
      return "PreconditionFailed";
    case 413:
      return "RequestEntityTooLarge";
    case 416:
      return "InvalidRange";
    case 429:
      return "TooManyRequests";
    case 500:
      return "InternalError";
    case 503:
      return "ServiceUnavailable";
    default:
      return {};
  }
}

// Reduces "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://..." to
// ResourceNotFoundException.
std::string plain_code(std::string_view code) {
  constexpr std::size_t kBytesMax = 128;
  code = code.substr(0, code.find(':'));
  if (const std::size_t hash = code.rfind('#'); hash != std::string_view::npos) code.remove_prefix(hash + 1);
  const bool is_plain =
      !code.empty() && code.size() <= kBytesMax && std::all_of(code.begin(), code.end(), [](char byte) {
        return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '.' || byte == '_' ||
               byte == '-';
      });
  return is_plain ? std::string(code) : std::string();
}

// Keeps the first line only. When a signature is refused, the other lines repeat the canonical request and
// thus the session token.
std::string plain_message(std::string_view message) {
  message = message.substr(0, message.find_first_of("\r\n"));
  std::string text = to_utf8(message.substr(0, whole_characters(message, kRefusalMessageBytesMax)));
  text.resize(whole_characters(text, kRefusalMessageBytesMax));
  std::replace_if(
      text.begin(), text.end(),
      [](char byte) { return static_cast<unsigned char>(byte) < ' ' || byte == 0x7f; }, ' ');
  return text;
}

std::string_view text_at(const simdjson::dom::object& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    std::string_view text;
    if (object[name].get(text) == simdjson::SUCCESS) return text;
  }
  return {};
}

void read_json(std::string_view body, Refusal& refusal) {
  simdjson::dom::parser parser(kRefusalBytesMax);
  simdjson::dom::object object;
  if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) return;
  if (refusal.code.empty()) refusal.code = plain_code(text_at(object, {"__type", "code", "Code"}));
  refusal.message = plain_message(text_at(object, {"message", "Message", "errorMessage"}));
}

void read_xml(std::string_view body, Refusal& refusal) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return;
  pugi::xml_node error = document.document_element();
  for (const char* outer : {"ErrorResponse", "Response", "Errors"}) {
    if (std::string_view(error.name()) == outer) error = error.first_child();
  }
  if (std::string_view(error.name()) != "Error") return;
  if (refusal.code.empty()) refusal.code = plain_code(error.child_value("Code"));
  refusal.message = plain_message(error.child_value("Message"));
}

// Whether `message` contains a piece of `secret` that is long enough to be dangerous.
bool holds_piece(std::string_view message, std::string_view secret) {
  constexpr std::size_t kPieceMin = 6;  // shorter ones are in every text by chance
  constexpr std::size_t kPiece = 12;
  if (secret.size() < kPieceMin) return false;
  const std::size_t piece = std::min(kPiece, secret.size());
  for (std::size_t at = 0; at + piece <= message.size(); ++at) {
    if (secret.find(message.substr(at, piece)) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool repeats_secret(std::string_view message, const Credentials& credentials, std::string_view other) {
  std::string lower(message);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
  });
  for (const std::string_view header :
       {"signature=", "x-amz-security-token", "x-amz-signature", "authorization:", "webidentitytoken="}) {
    if (lower.find(header) != std::string::npos) return true;
  }
  for (const std::string_view secret : {std::string_view(credentials.secret_access_key),
                                        std::string_view(credentials.session_token), other}) {
    std::string encoded;
    net::append_percent_encoded(encoded, secret);
    if (holds_piece(message, secret) || holds_piece(message, encoded)) return true;
  }
  return false;
}

bool is_web_page(std::string_view body) {
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  for (const std::string_view start : {"<!doctype html", "<html"}) {
    const bool is_same =
        body.size() >= start.size() &&
        std::equal(start.begin(), start.end(), body.begin(), [](char want, char have) {
          return want == (have >= 'A' && have <= 'Z' ? static_cast<char>(have | 0x20) : have);
        });
    if (is_same) return true;
  }
  return false;
}

Refusal refusal_of(const net::HttpResponse& response) {
  Refusal refusal;
  if (const auto type = response.header("x-amzn-errortype")) refusal.code = plain_code(*type);
  std::string_view body = response.body;
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  if (!body.empty() && body.size() <= kRefusalBytesMax) {
    if (body.front() == '{') read_json(body, refusal);
    if (body.front() == '<') read_xml(body, refusal);
  }
  refusal.is_named = !refusal.code.empty();
  if (refusal.code.empty()) refusal.code = name_of_status(response.status);
  if (refusal.code.empty()) refusal.code = "Http" + std::to_string(response.status);
  if (refusal.code == "IncompleteSignature" || refusal.code == "IncompleteSignatureException")
    refusal.message.clear();  // AWS quotes the Authorization header there
  return refusal;
}

bool is_refusal_in_success(std::string_view body) {
  const auto skip_space = [&] {
    body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  };
  skip_space();
  if (body.starts_with("<?xml")) {
    body.remove_prefix(std::min(body.find("?>"), body.size()));
    body.remove_prefix(std::min<std::size_t>(2, body.size()));
    skip_space();
  }
  return body.starts_with("<Error>");
}

}  // namespace headgate::aws
