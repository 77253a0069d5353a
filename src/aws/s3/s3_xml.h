// The XML of S3: what lists and uploads answer, and what completes an upload.
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
  static constexpr std::size_t kMax = 1000;  // S3 gives no more at a time
  std::vector<ObjectInfo> objects;           // in the order they came in
  bool is_truncated = false;
  std::string next_token;  // when truncated
};
// Retry when it is no such list, names an object without a key, or more than kMax.
Result<ListedKeys> parse_list(std::string_view xml);

Result<std::string> parse_upload_id(std::string_view xml);  // of CreateMultipartUpload
Result<std::string> parse_part_etag(std::string_view xml);  // of UploadPartCopy; unquoted

// Retry unless it is the answer of an object that was copied, or put together of its parts: an empty body or
// a web page of status 200 made nothing.
Result<> check_copied(std::string_view xml);
Result<> check_completed(std::string_view xml);

struct UploadedPart {
  std::string etag;    // unquoted
  std::string crc32c;  // base64; empty: copied, S3 knows it
};
// The body of CompleteMultipartUpload: parts 1, 2, 3 ...
std::string complete_upload_xml(std::span<const UploadedPart> parts);

// The region that an Error names; empty when it names none.
std::string region_of_error(std::string_view xml);

// "abc" is abc; what has no quotes stays.
std::string_view unquoted(std::string_view etag);

// `%41+b` is `A b`. Retry for a % without two hexadecimal digits.
Result<std::string> decode_url(std::string_view text);

}  // namespace headgate::aws
