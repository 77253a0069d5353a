// What a file system does not keep of an object: its metadata, content headers and etag. They lie beside the
// bucket's objects in a JSON file of their own (docs/contributing/formats/local-files.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::local {

// A file as fstat(2) tells it, enough to say whether a record is about it.
struct FileIdentity {
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
};

struct ObjectRecord {
  FileIdentity file;
  std::string etag;
  std::string content_type;
  std::string content_encoding;
  ObjectMetadata metadata;
};

// A sidecar holds the record of its object and, while that is being replaced, of the one before: it is
// written before the object changes, and a crash between the two leaves either with its own record.
constexpr std::size_t kSidecarRecordsMax = 2;
constexpr std::size_t kSidecarBytesMax = 64U << 10U;

std::string encode_sidecar(std::span<const ObjectRecord> records);
// Fault::Invalid when it is not one.
Result<std::vector<ObjectRecord>> decode_sidecar(std::string_view json);

// The record of that very file (inode and size); else, in a tree that was copied or restored with its times,
// of a file of that size and time; else nullptr.
const ObjectRecord* find_record(std::span<const ObjectRecord> records, const FileIdentity& file);

}  // namespace headgate::local
