// One object of a bucket's folder, found and opened.
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
  bool is_recorded = false;  // has a sidecar, so the etag is a hash of its bytes
};

// NotFound when there is none (a folder, a link, a pipe is none). Invalid when its sidecar is damaged: the
// error names it. Sees one version while the object is being replaced.
Result<OpenObject> open_object(const BucketFolder& folder, const ObjectKey& key);

// As above without opening it, for lists: a damaged sidecar counts as none, it must not hide the neighbours.
Result<ObjectInfo> describe_object(const BucketFolder& folder, const ObjectKey& key);

// The records of the object's sidecar; none when there is no sidecar.
Result<std::vector<ObjectRecord>> read_sidecar(const BucketFolder& folder, const ObjectKey& key);

// Invalid for a range that goes beyond the end.
Result<std::unique_ptr<ObjectReader>> read_object(OpenObject object, std::optional<ByteRange> range);

}  // namespace headgate::local
