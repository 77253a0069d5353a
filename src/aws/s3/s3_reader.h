// Reads one object, or a range of it, as it arrives; goes on where it was when the connection breaks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "aws/s3/s3_bucket.h"
#include "base/deadline.h"
#include "base/result.h"
#include "ports/object_store.h"

namespace headgate::aws {

// One thread. Sees one version: what is read after a break must have the same etag, else Retry. An object
// read whole is held to the checksum that S3 has of it.
class S3Reader final : public ObjectReader {
 public:
  static constexpr std::uint32_t kBreaksMax = 5;  // in a row, with less read between them than:
  static constexpr std::uint64_t kProgressBytes = 1U << 20U;

  // The bucket outlives it.
  static Result<std::unique_ptr<S3Reader>> open(S3Bucket& bucket, const ObjectKey& key,
                                                std::optional<ByteRange> range, Deadline deadline);
  const ObjectInfo& info() const override { return info_; }
  Result<std::size_t> read(std::span<char> into) override;

 private:
  S3Reader(S3Bucket& bucket, Deadline deadline) : bucket_(bucket), deadline_(deadline) {}
  Result<S3Bucket::Streamed> get(const ObjectKey& key, bool is_ranged) const;
  Result<> begin(const ObjectKey& key, std::optional<ByteRange> range);
  Result<> go_on(Error broken);
  Result<> check_whole() const;

  S3Bucket& bucket_;
  const Deadline deadline_;
  ObjectInfo info_;
  ByteRange left_;  // of the object, still to be read
  std::optional<S3Bucket::Streamed> streamed_;
  std::uint32_t breaks_ = 0;       // in a row
  std::uint64_t since_break_ = 0;  // bytes
  std::string expected_checksum_;  // of the whole object; empty: not known, or only a range is read
  std::uint32_t checksum_ = 0;     // of what was read
};

}  // namespace headgate::aws
