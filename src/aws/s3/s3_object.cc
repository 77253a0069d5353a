#include "aws/s3/s3_object.h"

#include <algorithm>
#include <optional>

#include "aws/call/http_date.h"
#include "aws/s3/s3_xml.h"
#include "base/number.h"
#include "model/text/base64.h"

namespace headgate::aws {
namespace {

constexpr std::string_view kMetadataPrefix = "x-amz-meta-";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return result;
}

// The size of the object: 443 for `bytes 0-9/443`, or else the length of the answer.
std::optional<std::uint64_t> bytes_of(const Answer& answer) {
  const std::string_view range = answer.header("content-range");
  if (range.empty()) return parse_number<std::uint64_t>(answer.header("content-length"));
  const std::size_t slash = range.find('/');
  return slash == std::string_view::npos ? std::nullopt
                                         : parse_number<std::uint64_t>(range.substr(slash + 1));
}

}  // namespace

Result<> check_key(const ObjectKey& key) {
  if (key.empty()) return Error{Fault::Invalid, "key: empty"};
  if (key.view().size() > kObjectKeyBytesMax) return Error{Fault::Invalid, "key: longer than 1024 bytes"};
  return {};
}

std::string encoded_key(const ObjectKey& key) {
  std::string text;
  std::string_view rest = key.view();
  for (;;) {
    const std::size_t slash = rest.find('/');
    net::append_percent_encoded(text, rest.substr(0, slash));
    if (slash == std::string_view::npos) return text;
    text += '/';
    rest.remove_prefix(slash + 1);
  }
}

void append_object_headers(net::HttpHeaders& headers, const PutOptions& options) {
  if (!options.content_type.empty()) headers.emplace_back("Content-Type", options.content_type);
  if (!options.content_encoding.empty()) headers.emplace_back("Content-Encoding", options.content_encoding);
  for (const auto& [name, value] : options.metadata)
    headers.emplace_back(std::string(kMetadataPrefix).append(name), value);
}

Result<ObjectInfo> object_info(const ObjectKey& key, const Answer& answer) {
  const std::optional<std::uint64_t> bytes = bytes_of(answer);
  if (!bytes) return Error{Fault::Retry, "S3's answer: no length"};
  if (answer.header("etag").empty())
    return Error{Fault::Retry, "S3's answer: no etag: something other than S3 may have answered"};
  ObjectInfo info{.key = key,
                  .bytes = *bytes,
                  .etag = std::string(unquoted(answer.header("etag"))),
                  .modified_at = parse_http_date(answer.header("last-modified")).value_or(Timestamp{}),
                  .content_type = std::string(answer.header("content-type")),
                  .content_encoding = std::string(answer.header("content-encoding")),
                  .metadata = {}};
  for (const auto& [name, value] : answer.headers) {
    const std::string plain = lower(name);
    if (plain.starts_with(kMetadataPrefix)) info.metadata[plain.substr(kMetadataPrefix.size())] = value;
  }
  return info;
}

std::string checksum_text(std::uint32_t crc32c) {
  const char bytes[] = {static_cast<char>(crc32c >> 24U), static_cast<char>(crc32c >> 16U),
                        static_cast<char>(crc32c >> 8U), static_cast<char>(crc32c)};
  std::string text(base64_bytes(sizeof bytes), '\0');
  encode_base64({bytes, sizeof bytes}, text.data());
  return text;
}

std::string_view whole_checksum(const Answer& answer) {
  const std::string_view checksum = answer.header("x-amz-checksum-crc32c");
  // A checksum of parts is "<checksum of checksums>-<parts>".
  const bool is_of_parts =
      answer.header("x-amz-checksum-type") == "COMPOSITE" || checksum.find('-') != std::string_view::npos;
  return is_of_parts ? std::string_view() : checksum;
}

}  // namespace headgate::aws
