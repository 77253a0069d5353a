// Keys and properties of objects in requests and answers of S3.
// Tests: src/aws/s3/s3_store_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/call/service_client.h"
#include "base/result.h"
#include "net/http_message.h"
#include "ports/object_store.h"

namespace headgate::aws {

// Fault::Invalid if the key is empty or over 1024 bytes.
Result<> check_key(const ObjectKey& key);
// Encodes a key for a path and for x-amz-copy-source: everything but unreserved characters and slashes as
// %XX.
std::string encoded_key(const ObjectKey& key);

// Adds content headers and metadata, and the condition if the object must not exist.
void append_object_headers(net::HttpHeaders& headers, const PutOptions& options);

// Reads an answer to HeadObject or GetObject, also of a range. Fault::Retry if the answer does not say how
// long the object is.
Result<ObjectInfo> object_info(const ObjectKey& key, const Answer& answer);

// CRC-32C in S3's form: base64 of its four bytes, the highest first.
std::string checksum_text(std::uint32_t crc32c);
// The checksum of the whole object from the answer; empty if there is none, or only one of parts.
std::string_view whole_checksum(const Answer& answer);

}  // namespace headgate::aws
