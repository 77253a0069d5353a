// One bucket, which holds batches between node and processor, or in which a tenant receives them. It is in
// S3, in a folder in local mode, or a SimStore in simulations. All implementations pass
// tests/conformance/object_store.h.
// Tests: tests/conformance/object_store.h, tests/conformance/object_store_faults.h
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

constexpr std::size_t kObjectKeyBytesMax = 1024;  // S3's limit, which every store enforces
constexpr std::size_t kMetadataBytesMax = 2048;   // names and values together

// User metadata (x-amz-meta-*): names of lower-case ASCII, values of printable ASCII, 2 KiB together.
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

// The bytes [first, first + bytes) of an object.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;
};

enum class PutMode : std::uint8_t { Replace, OnlyIfAbsent };  // OnlyIfAbsent is S3's If-None-Match: *
enum class PutOutcome : std::uint8_t { Stored, AlreadyThere };

struct PutOptions {
  PutMode mode = PutMode::OnlyIfAbsent;
  std::string content_type;
  std::string content_encoding;
  ObjectMetadata metadata;
};

// Fault::Invalid for metadata names other than [a-z0-9._-], for values and content headers that are not
// printable ASCII, and for more than 2 KiB.
Result<> check_put_options(const PutOptions& options);

// An object that is being written. Nobody sees it before commit(). Without commit() it never exists.
class ObjectWriter : public ByteSink {
 public:
  // Stores all bytes or nothing, in one step. After Fault::Retry the object may or may not exist: write it
  // again.
  virtual Result<PutOutcome> commit() = 0;
};

class ObjectReader : public ByteSource {
 public:
  virtual const ObjectInfo& info() const = 0;
};

struct ObjectPage {
  std::vector<ObjectInfo> objects;  // only with key, bytes, etag and modified_at; ordered by the bytes of
                                    // their keys
  bool is_last = true;
};

// Thread-safe; readers and writers are for one thread each. Every call answers Fault::NotFound if the bucket
// does not exist.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual const BucketName& bucket() const = 0;

  virtual Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                            Deadline deadline) = 0;
  // Fault::NotFound if the object does not exist. Fault::Invalid if the range begins after its end.
  virtual Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key,
                                                            std::optional<ByteRange> range,
                                                            Deadline deadline) = 0;
  virtual Result<ObjectInfo> head(const ObjectKey& key, Deadline deadline) = 0;
  // Up to `count_max` objects whose keys begin with `prefix` and come after `after`.
  virtual Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                                  Deadline deadline) = 0;
  // Removing an object that does not exist succeeds.
  virtual Result<> remove(const ObjectKey& key, Deadline deadline) = 0;

  struct CopySource {
    BucketName bucket;
    ObjectKey key;
  };
  // The service copies an object of another bucket; no bytes come through us. The metadata and content
  // headers of `options` replace the source's. Fault::Denied if this backend or these credentials cannot
  // copy: read and write instead.
  virtual Result<PutOutcome> copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                                  Deadline deadline) = 0;
};

// Writes all of `bytes` as one object.
Result<PutOutcome> put_object(ObjectStore& store, const ObjectKey& key, std::string_view bytes,
                              PutOptions options, Deadline deadline);

}  // namespace headgate
