// S3's XML: the answers to lists and uploads, and the request that completes an upload.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// An answer to ListObjectsV2.
struct ListedKeys {
  static constexpr std::size_t kMax = 1000;  // S3 returns no more at a time
  std::vector<ObjectInfo> objects;           // in the order of the answer
  bool is_truncated = false;
  std::string next_token;  // if truncated
};
// Fault::Retry if the XML is not such a list, contains an object without a key, or contains more than kMax
// objects.
Result<ListedKeys> parse_list(std::string_view xml);

Result<std::string> parse_upload_id(std::string_view xml);  // of CreateMultipartUpload
Result<std::string> parse_part_etag(std::string_view xml);  // of UploadPartCopy; unquoted

// Fault::Retry unless the answer says that an object was copied, or completed from its parts. An empty body
// or a web page with status 200 has created nothing.
Result<> check_copied(std::string_view xml);
Result<> check_completed(std::string_view xml);

struct UploadedPart {
  std::string etag;    // unquoted
  std::string crc32c;  // base64; empty for a copied part, whose checksum S3 knows
};
// The body of CompleteMultipartUpload for the parts 1, 2, 3 and so on.
std::string complete_upload_xml(std::span<const UploadedPart> parts);

// The region that an Error element names; empty if it names none.
std::string region_of_error(std::string_view xml);

// Removes a pair of quotes; a text without quotes stays as it is.
std::string_view unquoted(std::string_view etag);

// Decodes URL encoding: `%41+b` is `A b`. Fault::Retry for a % without two hexadecimal digits.
Result<std::string> decode_url(std::string_view text);

}  // namespace headgate::aws
