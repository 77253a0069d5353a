// One bucket. Where batches wait between node and processor, and where tenants receive them: S3, a folder in
// local mode, SimStore in simulations. All pass tests/conformance/object_store.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_sink.h"
#include "base/byte_source.h"
#include "base/deadline.h"
#include "base/result.h"
#include "model/names.h"
#include "model/time/timestamp.h"

namespace headgate {

constexpr std::size_t kObjectKeyBytesMax = 1024;  // S3's limits, kept by every store
constexpr std::size_t kMetadataBytesMax = 2048;   // names and values

// User metadata, x-amz-meta-*: lower-case ASCII names, printable ASCII values, 2 KiB in all.
using ObjectMetadata = std::map<std::string, std::string>;

struct ObjectInfo {
  ObjectKey key;
  std::uint64_t bytes = 0;
  std::string etag;  // unquoted
  Timestamp modified_at;
  std::string content_type;
  std::string content_encoding;
  ObjectMetadata metadata;
};

// Which bytes of an object: [first, first + bytes).
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;
};

enum class PutMode : std::uint8_t { Replace, OnlyIfAbsent };  // OnlyIfAbsent: If-None-Match: *
enum class PutOutcome : std::uint8_t { Stored, AlreadyThere };

struct PutOptions {
  PutMode mode = PutMode::OnlyIfAbsent;
  std::string content_type;
  std::string content_encoding;
  ObjectMetadata metadata;
};

// Invalid: metadata names other than [a-z0-9._-], values and content headers that are not printable ASCII,
// more than 2 KiB.
Result<> check_put_options(const PutOptions& options);

// An object being written. Nobody sees it before commit(); without commit() there is never an object.
class ObjectWriter : public ByteSink {
 public:
  // All bytes or nothing, in one step. After Fault::Retry it may or may not be there: write it again.
  virtual Result<PutOutcome> commit() = 0;
};

class ObjectReader : public ByteSource {
 public:
  virtual const ObjectInfo& info() const = 0;
};

struct ObjectPage {
  std::vector<ObjectInfo> objects;  // key, bytes, etag, modified_at only; keys ascending by bytes
  bool is_last = true;
};

// Any thread; readers and writers one thread each. The bucket not being there is NotFound from every call.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual const BucketName& bucket() const = 0;

  virtual Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                            Deadline deadline) = 0;
  // NotFound when it is not there. A range beyond the end is Invalid.
  virtual Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key,
                                                            std::optional<ByteRange> range,
                                                            Deadline deadline) = 0;
  virtual Result<ObjectInfo> head(const ObjectKey& key, Deadline deadline) = 0;
  // Up to `count_max` objects whose keys start with `prefix` and come after `after`.
  virtual Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                                  Deadline deadline) = 0;
  // Removing what is not there is success.
  virtual Result<> remove(const ObjectKey& key, Deadline deadline) = 0;

  struct CopySource {
    BucketName bucket;
    ObjectKey key;
  };
  // A copy of another bucket's object made by the service, no bytes through us. The options' metadata and
  // content headers replace the source's. Denied when this backend or these credentials cannot: read and
  // write instead.
  virtual Result<PutOutcome> copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                                  Deadline deadline) = 0;
};

// Writes all of `bytes` as one object.
Result<PutOutcome> put_object(ObjectStore& store, const ObjectKey& key, std::string_view bytes,
                              PutOptions options, Deadline deadline);

}  // namespace headgate
