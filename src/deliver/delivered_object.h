// An object as it lies in a tenant's bucket: under which key, and how it is told from another object there.
// Both follow from what it holds, so that delivering the same content again finds it, and another content
// never passes for it. docs/contributing/adr/0012-what-lies-in-a-tenants-bucket.md.
// Tests: tests/sim/bucket_contents_test.cc
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "deliver/delivery.h"
#include "ports/object_store.h"

namespace headgate::deliver {

// What is made of the source object.
struct DeliveredContent {
  bool is_rewritten = false;  // record by record; else its bytes as they are
  // A fingerprint of what was selected of a packed object. None: everything.
  std::optional<std::uint64_t> selection = {};
  // The source is damaged: how many records could be read. None: it was read to its end, or not at all.
  std::optional<std::uint64_t> readable_records = {};
};

struct DeliveredObject {
  ObjectKey key;
  ObjectKey key_apart;      // where it goes when another content lies under `key`
  std::string fingerprint;  // of the content: 16 hexadecimal digits, in the metadata and in `key_apart`
  bool is_exact = true;     // the same content always has the same bytes; compressing anew may not
};

// Metadata of every object that is put: DeliveredObject::fingerprint. It says nothing of the provider's: it
// is made of the source's ETag and size, and of how the source was cut.
constexpr std::string_view kContentFingerprint = "headgate-content";

// {bucket_prefix}{tenant}/{application}/{pod_name}/{file}, of a packed object
// {bucket_prefix}{tenant}/_packed/{file}: the central cluster's id and its nodes are not shown. A `mark` goes
// into the file's name before its suffixes. Fault::Invalid when that is no key (too long).
Result<ObjectKey> delivered_key(const Delivery& delivery, std::string_view mark = {});

// `source` as head() described it.
Result<DeliveredObject> delivered_object(const Delivery& delivery, const ObjectInfo& source,
                                         const DeliveredContent& content);

struct WrittenObject {
  std::optional<PutOutcome> outcome;  // none: there was nothing to put
  std::uint64_t bytes = 0;
};
// Writes the object under that key, if nothing is there.
using WriteObject = std::function<Result<WrittenObject>(const ObjectKey&)>;

// Puts the object once. "Already there" counts only where what is there is what would have been put: by its
// fingerprint and size, and of objects of versions that wrote no fingerprint by size and all other metadata
// (`options`). Else the object goes under `key_apart`. So it does where the tenant lets us put and not look:
// a key that names the content needs no look. Invalid: another object is there, too.
Result<> put_once(ObjectStore& bucket, const DeliveredObject& object, const PutOptions& options,
                  Deadline deadline, const WriteObject& write);

}  // namespace headgate::deliver
