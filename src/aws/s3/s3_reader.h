// Reads an object, or a range of it, while it arrives. If the connection breaks, reading continues where it
// was.
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

// For one thread. Reads a single version: if the etag differs after a break, the error is Fault::Retry. An
// object that is read as a whole is compared with S3's checksum of it.
class S3Reader final : public ObjectReader {
 public:
  static constexpr std::uint32_t kBreaksMax = 5;  // in a row, with fewer bytes than these between them:
  static constexpr std::uint64_t kProgressBytes = 1U << 20U;

  // The bucket must outlive the reader.
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
  ByteRange left_;  // the range of the object that is still to be read
  std::optional<S3Bucket::Streamed> streamed_;
  std::uint32_t breaks_ = 0;       // number of breaks in a row
  std::uint64_t since_break_ = 0;  // bytes read since the last break
  std::string expected_checksum_;  // of the whole object; empty if not known, or if only a range is read
  std::uint32_t checksum_ = 0;     // of the bytes read so far
};

}  // namespace headgate::aws
