// Any bytes as a template and a key: what is parsed is rendered back to a key that means the same, and never
// holds what could lead out of its folder.
#include <algorithm>

#include "base/check.h"
#include "model/object_key.h"

namespace headgate {
namespace {

bool is_equal(const KeyFields& one, const KeyFields& other) {
  return one.cluster == other.cluster && one.namespace_name == other.namespace_name &&
         one.application == other.application && one.pod == other.pod && one.tenant == other.tenant &&
         one.file == other.file && one.node == other.node;
}

void check_key(const KeyTemplate& key_template, const ObjectKey& key) {
  CHECK(url_decode_event_key(url_encode_event_key(key)).value() == key);
  const Result<KeyFields> fields = key_template.parse_key(key);
  if (!fields.ok()) return;
  CHECK(!fields->tenant.empty() && !fields->file.empty());
  CHECK(!fields->is_packed() || (fields->application.empty() && fields->pod.empty()));
  for (const std::string& value :
       {fields->tenant.str(), fields->file, fields->pod.str(), fields->node.str()}) {
    CHECK(value != "." && value != ".." && value.find('/') == std::string::npos &&
          value.find('\0') == std::string::npos);
  }
  const Result<ObjectKey> rendered = key_template.render(*fields);
  if (!rendered.ok()) {  // encoding may make it too long, nothing else
    CHECK(rendered.error().what.starts_with("longer"));
    return;
  }
  CHECK(is_equal(key_template.parse_key(*rendered).value(), *fields));
  CHECK((*rendered == key) == !fields->is_verbatim);  // no other key of ours means the same
}

}  // namespace
}  // namespace headgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = std::min(input.find('\n'), input.size());
  const std::string_view key = input.substr(std::min(newline + 1, input.size()));
  const Result<KeyTemplate> own = KeyTemplate::parse(input.substr(0, newline));
  if (own.ok()) check_key(*own, ObjectKey(key));
  check_key(KeyTemplate::parse(KeyTemplate::kDefault).value(), ObjectKey(key));
  const Result<ObjectKey> decoded = url_decode_event_key(key);
  if (decoded.ok()) check_key(KeyTemplate::parse("{namespace}/{file}").value(), *decoded);
  return 0;
}
