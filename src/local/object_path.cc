#include "local/object_path.h"

#include <fmt/format.h>

#include "local/content_hash.h"

namespace headgate::local {
namespace {

Error bad_key(const ObjectKey& key, std::string_view what) {
  // The key may be huge or contain control characters; its beginning is enough to find it.
  constexpr std::size_t kShownBytes = 200;
  return Error{Fault::Invalid,
               "key " + encode_file_name(key.view().substr(0, kShownBytes)) + ": " + std::string(what)};
}

}  // namespace

bool is_path_segment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." && segment.size() <= kFileNameBytesMax &&
         !segment.starts_with(kReservedName) &&
         segment.find_first_of(std::string_view("/\0", 2)) == segment.npos;
}

Result<> check_object_key(const ObjectKey& key) {
  if (key.empty()) return Error{Fault::Invalid, "key: empty"};
  if (key.view().size() > kObjectKeyBytesMax) return bad_key(key, "longer than 1024 bytes");
  std::string_view rest = key.view();
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment.empty()) return bad_key(key, "an empty segment (leading, trailing or double slash)");
    if (segment.size() > kFileNameBytesMax) return bad_key(key, "a segment longer than 255 bytes");
    if (!is_path_segment(segment)) {
      return bad_key(key, "a segment that is `.` or `..`, contains a NUL or begins with `.headgate`");
    }
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

std::string BucketFolder::object(const ObjectKey& key) const {
  return path + '/' + key.str();
}

std::string BucketFolder::sidecars() const {
  return fmt::format("{}/{}/meta", path, kReservedName);
}

std::string BucketFolder::sidecar(const ObjectKey& key) const {
  return sidecars() + '/' + key.str();
}

std::string BucketFolder::temporaries() const {
  return fmt::format("{}/{}/tmp", path, kReservedName);
}

std::string BucketFolder::lock() const {
  return fmt::format("{}/{}/lock", path, kReservedName);
}

std::string encode_file_name(std::string_view text) {
  constexpr std::size_t kEncodedBytesMax = 200;  // of 255, so that a hash and a suffix fit
  std::string encoded;
  for (const char letter : text) {
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' ||
                          (letter == '.' && !encoded.empty());
    if (is_plain) {
      encoded += letter;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
  }
  if (encoded.size() <= kEncodedBytesMax) return encoded;
  ContentHash hash;
  hash.add(text);
  encoded.resize(kEncodedBytesMax);
  return encoded + '~' + hash.hex();
}

}  // namespace headgate::local
