// Which keys a folder can hold, and where in it their files lie (docs/contributing/formats/local-files.md).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/names.h"
#include "ports/object_store.h"

namespace headgate::local {

// The folder in a bucket's folder that is ours; no segment of a key may start with it.
constexpr std::string_view kReservedName = ".headgate";
constexpr std::size_t kFileNameBytesMax = 255;  // NAME_MAX of every Linux file system in use

// Invalid, naming the key and the segment, for what would leave the bucket's folder or cannot be a path in
// it: "", ".", "..", a NUL, a leading, trailing or double slash, a segment over 255 bytes or one that starts
// with the reserved name, a key over 1024 bytes.
Result<> check_object_key(const ObjectKey& key);
bool is_path_segment(std::string_view segment);

// Where the files of one bucket lie.
struct BucketFolder {
  std::string path;  // <root>/<bucket>, no slash at the end

  std::string object(const ObjectKey& key) const;
  std::string sidecar(const ObjectKey& key) const;  // metadata of the object, as JSON
  std::string sidecars() const;
  std::string temporaries() const;  // objects that are being written
  std::string lock() const;         // held (flock) by whoever publishes or removes an object
};

// The text with every byte but A-Z a-z 0-9 . _ - as %XX, and a leading dot too, so that it is a file name;
// over 200 bytes it is cut there and ~ and its CRC-64 take the place of the rest.
std::string encode_file_name(std::string_view text);

}  // namespace headgate::local
