// The key of a stored object: where it came from, and so whose it is. Routing comes from key and
// configuration alone, never from the text of a line. docs/formats/object-key.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"

namespace headgate {

// What a key says. `file` is the last segment, with its suffixes.
struct KeyFields {
  ClusterId cluster;
  Namespace namespace_name;
  Application application;
  PodName pod;
  TenantId tenant;  // what {tenant} stands for; without {tenant} in the template, the namespace
  std::string file;
};

// A key template: placeholders {cluster_id} {namespace} {application} {pod_name} {tenant} {file}, each at
// most once, each a whole segment (between slashes), {file} last, in any order and with fixed segments
// between. A template without {tenant} must have {namespace}.
class KeyTemplate {
 public:
  static constexpr std::string_view kDefault = "{cluster_id}/{namespace}/{application}/{pod_name}/{file}";
  static constexpr std::size_t kKeyBytesMax =
      1024;  // S3: docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

  static Result<KeyTemplate> parse(std::string_view text);

  // Values are percent-encoded: all but A-Z a-z 0-9 . _ - and inner characters S3 calls safe (!*'()); "." and
  // ".." as segments are encoded; an empty value is Fault::Invalid, as is a key over 1024 bytes.
  Result<ObjectKey> render(const KeyFields& fields) const;
  // The inverse. More segments than the template are Fault::Invalid, as are empty segments, bad % escapes, a
  // decoded NUL, slash, or "."/".." in a value. The error names the segment.
  Result<KeyFields> parse_key(const ObjectKey& key) const;
  // The part of every key before the first placeholder ("" mostly).
  std::string fixed_prefix() const;

 private:
  struct Segment {
    std::string text;  // fixed text, or a placeholder's name
    bool is_placeholder = false;
  };
  std::vector<Segment> segments_;
};

// {YYYYmmdd-HHMMSS}-{uuid}.json{suffix}; `suffix` is a codec's.
std::string key_file_name(std::string_view key_time, std::string_view uuid, std::string_view suffix);

// Percent-encoding of keys in S3 event notifications (application/x-www-form-urlencoded: blank is +).
std::string url_encode_event_key(const ObjectKey& key);
// Fault::Invalid on a bad escape.
Result<ObjectKey> url_decode_event_key(std::string_view encoded);

}  // namespace headgate
