// How an object's key and properties stand in a request and an answer of S3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/call/service_client.h"
#include "base/result.h"
#include "net/http_message.h"
#include "ports/object_store.h"

namespace headgate::aws {

// Invalid: empty, or over 1024 bytes.
Result<> check_key(const ObjectKey& key);
// For a path and for x-amz-copy-source: all but unreserved characters and slashes as %XX.
std::string encoded_key(const ObjectKey& key);

// Content headers, metadata and, when the object must not be there, the condition.
void append_object_headers(net::HttpHeaders& headers, const PutOptions& options);

// Of an answer to HeadObject or GetObject, also of a range. Retry when it does not say how long the object
// is.
Result<ObjectInfo> object_info(const ObjectKey& key, const Answer& answer);

// CRC-32C as S3 writes it: base64 of its four bytes, the highest first.
std::string checksum_text(std::uint32_t crc32c);
// The checksum of the whole object that the answer gives; empty when it gives none, or one of parts only.
std::string_view whole_checksum(const Answer& answer);

}  // namespace headgate::aws
