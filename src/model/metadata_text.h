// A name as the value of an object's metadata. S3 takes ASCII alone there and keeps 2 KB of it for an object
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata); names of
// applications and pods are whatever a key may hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

// Graphic ASCII but % as it stands, every other byte as %XX, as URIs have it. At most `bytes_max` bytes,
// which end before a byte or a character (UTF-8) that would be cut.
std::string metadata_text(std::string_view text, std::size_t bytes_max);

}  // namespace headgate
