#include "deliver/delivered_object.h"

#include <fmt/format.h>

#include <algorithm>

#include "deliver/object_text.h"
#include "model/compression/checksum.h"

namespace headgate::deliver {
namespace {

// To be raised when the same source gives a tenant's bucket another content: other records, or other fields.
constexpr int kRewritingVersion = 1;

// file.json.gz -> file-mark.json.gz, so that names still sort by time and end as their codec says.
std::string with_mark(const std::string& file, std::string_view mark) {
  if (mark.empty()) return file;
  std::size_t end = file.rfind(".json");
  if (end == std::string::npos) end = file.size() - suffix_of(codec_of_name(ObjectKey(file))).size();
  return file.substr(0, end) + '-' + std::string(mark) + file.substr(end);
}

enum class Found : std::uint8_t { Same, Another, CannotBeSeen };

Found judge(const ObjectInfo& there, const DeliveredObject& object, const PutOptions& options,
            std::uint64_t bytes) {
  const bool is_same_size = there.bytes == bytes;
  const auto said = there.metadata.find(std::string(kContentFingerprint));
  if (said != there.metadata.end()) {
    const bool is_same = said->second == object.fingerprint && (is_same_size || !object.is_exact);
    return is_same ? Found::Same : Found::Another;
  }
  // Put by a version that wrote no fingerprint, or by someone else.
  ObjectMetadata expected = options.metadata;
  expected.erase(std::string(kContentFingerprint));
  return is_same_size && there.metadata == expected ? Found::Same : Found::Another;
}

}  // namespace

Result<ObjectKey> delivered_key(const Delivery& delivery, std::string_view mark) {
  const KeyTemplate layout = TRY(KeyTemplate::parse(
      delivery.fields.is_packed() ? "{tenant}/_packed/{file}" : "{tenant}/{application}/{pod_name}/{file}"));
  KeyFields fields = delivery.fields;
  fields.tenant = delivery.id.tenant;
  fields.node = NodeName();
  fields.file = with_mark(fields.file, mark);
  ObjectKey key = TRY(layout.render(fields));
  if (fields.is_verbatim) {
    // Another program wrote bytes that we encode: its object has a name of its own, since we never write a
    // `~`.
    std::string name = key.str();
    name.insert(name.rfind('/') + 1, 1, '~');
    key = ObjectKey(std::move(name));
  }
  std::string prefix = delivery.configuration.bucket_prefix;
  if (!prefix.empty() && !prefix.ends_with('/')) prefix.push_back('/');
  if (prefix.size() + key.view().size() > KeyTemplate::kKeyBytesMax) {
    return Error{Fault::Invalid, "bucket_prefix: the key would be longer than S3 allows"};
  }
  return ObjectKey(prefix + key.str());
}

Result<DeliveredObject> delivered_object(const Delivery& delivery, const ObjectInfo& source,
                                         const DeliveredContent& content) {
  const std::string of_source = fmt::format("{};{};{};", kRewritingVersion, source.etag, source.bytes);
  const std::string selection = content.selection ? fmt::format("{:016x}", *content.selection) : "all";
  const std::string readable = content.readable_records ? fmt::format("{}", *content.readable_records) : "";
  const std::uint64_t fingerprint =
      fnv1a_64(of_source + (content.is_rewritten ? "rewritten;" : "as it is;") + selection + ';' + readable);
  DeliveredObject object{.fingerprint = fmt::format("{:016x}", fingerprint),
                         .is_exact = !content.is_rewritten};
  std::string mark;
  if (content.selection) mark = "selection-" + selection;
  if (content.readable_records) mark = "readable-" + object.fingerprint;
  object.key = TRY(delivered_key(delivery, mark));
  object.key_apart = TRY(delivered_key(delivery, "content-" + object.fingerprint));
  return object;
}

Result<> put_once(ObjectStore& bucket, const DeliveredObject& object, const PutOptions& options,
                  Deadline deadline, const WriteObject& write) {
  const auto found_at = [&](const ObjectKey& key, std::uint64_t bytes) -> Result<Found> {
    const Result<ObjectInfo> there = bucket.head(key, deadline);
    if (there.ok()) return judge(*there, object, options, bytes);
    if (there.error().fault == Fault::Denied) return Found::CannotBeSeen;
    if (there.error().fault == Fault::NotFound)
      return Error{Fault::Retry, "an object that was there is gone: " + key.str()};
    return there.error();
  };
  for (const ObjectKey* key : {&object.key, &object.key_apart}) {
    const WrittenObject written = TRY(write(*key));
    if (written.outcome != PutOutcome::AlreadyThere) return {};
    const Found found = TRY(found_at(*key, written.bytes));
    // Of the key that names the content, its being there is enough where we may not look.
    if (found == Found::Same || (found == Found::CannotBeSeen && key == &object.key_apart)) return {};
  }
  return Error{Fault::Invalid, "the bucket holds another object under each key of this one: " +
                                   object.key.str() + ", " + object.key_apart.str()};
}

}  // namespace headgate::deliver
