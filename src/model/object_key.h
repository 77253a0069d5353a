// The key of a stored object: where it comes from, and so which tenant owns it. Routing uses the key and the
// configuration alone, never the text of a line. docs/contributing/formats/object-key.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"

namespace headgate {

// What stands for the application in the key of an object that holds many pods' records. No pod's key has it:
// label values and workload names begin with a letter or a digit.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
constexpr std::string_view kPackedApplication = "_packed";

// What a key says. `file` is the last segment, with its suffixes. A key is either one pod's or, with a node,
// that of a packed object (docs/contributing/formats/packed-object.md): then application and pod are empty,
// the records know them.
struct KeyFields {
  ClusterId cluster;
  Namespace namespace_name;
  Application application;
  PodName pod;
  TenantId tenant;  // what {tenant} stands for; without {tenant} in the template, the namespace
  std::string file;
  NodeName node = {};
  // The key holds bytes that we would have written as %XX, so that another program wrote it: its values are
  // its bytes as they are. The key that we would write for the same values is another object's.
  bool is_verbatim = false;

  bool is_packed() const { return !node.empty(); }
};

// A key template has the placeholders {cluster_id} {namespace} {application} {pod_name} {tenant} {file}. Each
// occurs at most once and ends a segment (between slashes). {file} comes last; the others may be in any
// order. There may be fixed segments in between, and fixed text before a placeholder, both of bytes that need
// no encoding. A template without {tenant} must have {namespace}.
class KeyTemplate {
 public:
  static constexpr std::string_view kDefault = "{cluster_id}/{namespace}/{application}/{pod_name}/{file}";
  static constexpr std::size_t kKeyBytesMax =
      1024;  // S3: docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

  static Result<KeyTemplate> parse(std::string_view text);

  // Values are percent-encoded: all bytes but A-Z a-z 0-9 . _ - and what S3 calls safe besides (! * ' ( )).
  // Fault::Invalid, so that what is rendered is always parsed back equal: a value that is empty, blank, "."
  // or
  // "..", or that holds a slash or NUL; a pod's application "_packed"; a key over 1024 bytes.
  // With a node, {application} is written as "_packed" and {pod_name} as the node; Fault::Invalid when the
  // template lacks one of them.
  Result<ObjectKey> render(const KeyFields& fields) const;
  // The inverse of render(): no two keys are read as the same fields (is_verbatim tells a key of another
  // program from ours). Fault::Invalid for a key over 1024 bytes, for more or fewer segments than the
  // template's, and for a wrong fixed segment. Also for an escape that is not valid or that we write
  // otherwise (%2e, %6E), and for a value that render() would refuse. The error names the segment.
  Result<KeyFields> parse_key(const ObjectKey& key) const;
  // The part of every key before the first placeholder, to its last slash ("" mostly).
  std::string fixed_prefix() const;

 private:
  enum class Field : std::uint8_t { Fixed, Cluster, NamespaceName, ApplicationName, Pod, Tenant, File };
  struct Segment {
    std::string text;  // as in the template
    Field field = Field::Fixed;
    std::string before = {};  // fixed text before the placeholder
  };
  Result<> become_packed(KeyFields& fields) const;
  static std::string_view value_of(Field field, const KeyFields& fields);
  static void set_field(Field field, std::string value, KeyFields& fields);
  bool has(Field field) const;

  std::vector<Segment> segments_;
};

// {YYYYmmdd-HHMMSS}-{uuid}.json{suffix}; `suffix` is a codec's.
std::string key_file_name(std::string_view key_time, std::string_view uuid, std::string_view suffix);

// Percent-encoding of keys in S3 event notifications (application/x-www-form-urlencoded: blank is +).
std::string url_encode_event_key(const ObjectKey& key);
// Fault::Invalid on a bad escape.
Result<ObjectKey> url_decode_event_key(std::string_view encoded);

}  // namespace headgate
