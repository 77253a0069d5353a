#include "aws/credentials/secrets_manager.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include "model/text/json_text.h"

namespace headgate::aws {
namespace {

// Empty if `text` is not base64 with padding.
std::string decoded_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  if (text.empty() || text.size() % 4 != 0) return {};
  const int length =
      ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return {};
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace

Result<std::string> SecretsManager::value(std::string_view secret_id, Deadline deadline) {
  std::string body = R"({"SecretId":)";
  append_json_string(body, secret_id);
  body += '}';
  const ServiceRequest request{.operation = "GetSecretValue",
                               .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                           {"X-Amz-Target", "secretsmanager.GetSecretValue"}},
                               .body = body};
  const Answer answer = TRY(client_.call_ok(request, deadline));
  return TRY_IN("GetSecretValue", parse_secret_value(answer.body));
}

Result<std::string> parse_secret_value(std::string_view json) {
  constexpr std::size_t kBytesMax = 512U << 10U;  // 64 KiB of secret, escaped as JSON
  if (json.size() > kBytesMax) return Error{Fault::Invalid, "the answer is too long"};
  simdjson::dom::parser parser(kBytesMax);
  simdjson::dom::object object;
  std::string_view text;
  if (parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS)
    return Error{Fault::Invalid, "the answer is not a JSON object"};
  if (object["SecretString"].get(text) == simdjson::SUCCESS) return std::string(text);
  if (object["SecretBinary"].get(text) == simdjson::SUCCESS) {
    if (std::string bytes = decoded_base64(text); !bytes.empty()) return bytes;
  }
  return Error{Fault::Invalid, "the answer contains no secret"};
}

}  // namespace headgate::aws
