// Which keys a folder can have, and where their files are (docs/contributing/formats/local-files.md).
// Tests: src/local/directory_store_test.cc
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/names.h"
#include "ports/object_store.h"

namespace headgate::local {

// The folder for our own files in a bucket's folder. No segment of a key may begin with this name.
constexpr std::string_view kReservedName = ".headgate";
constexpr std::size_t kFileNameBytesMax = 255;  // NAME_MAX of every Linux file system in use

// Fault::Invalid, naming the key and the segment, if the key would leave the bucket's folder or cannot be a
// path in it. Such keys contain "", ".", "..", a NUL, a leading, trailing or double slash, or a segment over
// 255 bytes or with the reserved name at its beginning. Keys over 1024 bytes are invalid too.
Result<> check_object_key(const ObjectKey& key);
bool is_path_segment(std::string_view segment);

// The paths of one bucket's files.
struct BucketFolder {
  std::string path;  // <root>/<bucket>, no slash at the end

  std::string object(const ObjectKey& key) const;
  std::string sidecar(const ObjectKey& key) const;  // the object's metadata as JSON
  std::string sidecars() const;
  std::string temporaries() const;  // objects that are being written
  std::string lock() const;         // locked (flock) while an object is published or removed
};

// Makes a file name of any text: every byte but A-Z a-z 0-9 . _ - becomes %XX, and so does a leading dot. A
// text over 200 bytes is cut, and ~ and its CRC-64 replace the rest.
std::string encode_file_name(std::string_view text);

}  // namespace headgate::local
