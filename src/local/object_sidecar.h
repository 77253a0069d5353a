// The properties of an object that a file system does not keep: metadata, content headers and etag. They are
// in a JSON file of their own beside the bucket's objects (docs/contributing/formats/local-files.md).
// Tests: src/local/directory_store_crash_test.cc
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::local {

// A file as fstat(2) describes it, to decide whether a record belongs to it.
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

// A sidecar contains the record of its object and, while the object is being replaced, that of the previous
// one. It is written before the object changes. After a crash in between, either object still has its record.
constexpr std::size_t kSidecarRecordsMax = 2;
constexpr std::size_t kSidecarBytesMax = 64U << 10U;

std::string encode_sidecar(std::span<const ObjectRecord> records);
// Fault::Invalid if `json` is not a sidecar.
Result<std::vector<ObjectRecord>> decode_sidecar(std::string_view json);

// The record of exactly this file (inode and size). Otherwise, as in a tree that was copied or restored with
// its times, the record of a file with this size and time. Otherwise nullptr.
const ObjectRecord* find_record(std::span<const ObjectRecord> records, const FileIdentity& file);

}  // namespace headgate::local
