// Finds and opens one object in a bucket's folder.
// Tests: src/local/directory_store_test.cc
#pragma once

#include <memory>
#include <optional>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "local/object_path.h"
#include "local/object_sidecar.h"
#include "ports/object_store.h"

namespace headgate::local {

struct OpenObject {
  FileDescriptor file;
  ObjectInfo info;
  FileIdentity identity;
  bool is_recorded = false;  // whether it has a sidecar, so that its etag is a hash of its bytes
};

// Fault::NotFound if there is no object; a folder, link or pipe is not one. Fault::Invalid if its sidecar is
// damaged; the error names it. Sees one version, even while the object is being replaced.
Result<OpenObject> open_object(const BucketFolder& folder, const ObjectKey& key);

// As open_object(), but does not open the object; for lists. A damaged sidecar counts as missing, so that the
// other objects can be listed.
Result<ObjectInfo> describe_object(const BucketFolder& folder, const ObjectKey& key);

// The records of the object's sidecar; empty if there is no sidecar.
Result<std::vector<ObjectRecord>> read_sidecar(const BucketFolder& folder, const ObjectKey& key);

// Fault::Invalid if the range ends beyond the end of the object.
Result<std::unique_ptr<ObjectReader>> read_object(OpenObject object, std::optional<ByteRange> range);

}  // namespace headgate::local
