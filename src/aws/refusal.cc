#include "aws/refusal.h"

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

// "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://..." is ResourceNotFoundException.
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

// Its first line: the others of a refused signature repeat the canonical request, and so the session token.
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

}  // namespace

Refusal refusal_of(const net::HttpResponse& response) {
  Refusal refusal;
  if (const auto type = response.header("x-amzn-errortype")) refusal.code = plain_code(*type);
  std::string_view body = response.body;
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  if (!body.empty() && body.size() <= kRefusalBytesMax) {
    if (body.front() == '{') read_json(body, refusal);
    if (body.front() == '<') read_xml(body, refusal);
  }
  if (refusal.code.empty()) refusal.code = name_of_status(response.status);
  if (refusal.code.empty()) refusal.code = "Http" + std::to_string(response.status);
  if (refusal.code == "IncompleteSignature" || refusal.code == "IncompleteSignatureException")
    refusal.message.clear();  // it quotes the header
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
