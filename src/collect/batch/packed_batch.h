// A batch of many pods' records: one object for each tenant, node and flush. The records of each application
// and pod are in gzip or zstd members of their own, and an index at the object's end says where
// (docs/contributing/formats/packed-object.md).
// Tests: tests/sim/packed_batch_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/batch/batch.h"
#include "collect/batch/lazy_spool_file.h"
#include "model/compression/compressed_writer.h"
#include "model/object_index.h"
#include "model/record.h"

namespace headgate::collect {

// The collect thread owns it. Lines of the pods come interleaved and compress best apart. So the encoded
// lines of each pod wait in blocks until all blocks together reach buffered_bytes_max; then those of the pod
// with most are written as one member. Memory: buffered_bytes_max and a block, a record if it is over
// kBlockBytes, and one compressor (compressed_writer.h) while a member is written. The order of records is
// kept within a pod, not between pods.
class PackedBatch final : public Batch {
 public:
  static constexpr std::size_t kBlockBytes = 16U << 10U;

  struct Options {
    Codec codec = Codec::Gzip;  // not None: that has no members
    int level = 1;
    // Of all pods of the batch together, so the most that one member can hold. With n pods of the same rate,
    // each member holds about twice this divided by n (docs/contributing/formats/packed-object.md tells the
    // effect on the object's size).
    std::size_t buffered_bytes_max = 2U << 20U;
  };
  PackedBatch(Spool& spool, Options options);
  ~PackedBatch() override;
  PackedBatch(const PackedBatch&) = delete;
  PackedBatch& operator=(const PackedBatch&) = delete;

  void begin(SteadyTime now) override { opened_at_ = now; }
  Result<> add(const RecordOrigin& origin, const Record& record) override;
  void use_pieces(GzipPieces* pieces) override { writer_.use_pieces(pieces); }
  void bound_buffer(std::size_t) override {}
  Result<> shrink() override { return shrink_to(buffered_bytes_ / 2); }
  // Writes the largest pods' blocks until no more bytes than that are held.
  Result<> shrink_to(std::size_t buffered_bytes_max);
  bool holds_compressor() const override { return false; }  // only while a member is written
  Result<> rest() override { return {}; }

  bool is_full() const override;
  std::uint64_t lines() const override { return lines_; }
  std::uint64_t raw_bytes() const override { return raw_bytes_; }
  std::size_t buffered_bytes() const override { return buffered_bytes_; }
  std::size_t index_bytes() const override;
  std::uint64_t spooled_bytes() const override { return file_.bytes(); }
  SteadyTime opened_at() const override { return opened_at_; }

  // Pods are in the order of application and name. There is at least one line.
  Result<BatchManifest> seal(ObjectKey key, std::vector<CoveredFile> covers) override;
  void discard() override { file_.discard(); }

 private:
  // Encoded records of one pod that are in no member yet.
  struct Buffer {
    std::size_t source = 0;  // in the index
    std::vector<std::unique_ptr<char[]>> blocks;
    std::size_t last_filled = 0;  // bytes of the last block; the others are full
    std::uint64_t lines = 0;
    Timestamp first_at;
    Timestamp last_at;
    std::size_t bytes() const { return blocks.empty() ? 0 : (blocks.size() - 1) * kBlockBytes + last_filled; }
  };

  Buffer& buffer_of(const BatchSource& source);
  std::size_t encode(Buffer& buffer, const RecordFrame& frame, const Record& record);
  void copy(Buffer& buffer, std::string_view bytes);
  void grow(Buffer& buffer);
  Result<> write_member(Buffer& buffer);
  Result<> write_rest();
  // Remembers a failure: a broken batch stays broken.
  Result<> tried(Result<> result);

  const Options options_;
  SteadyTime opened_at_;
  LazySpoolFile file_;
  CompressedWriter writer_;
  std::map<BatchSource, Buffer> buffers_;
  std::map<BatchSource, Buffer>::iterator last_used_;
  std::string scratch_;  // a record that the rest of a block is too small for
  ObjectIndex index_;    // of the members written
  bool is_broken_ = false;
  std::size_t buffered_bytes_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t raw_bytes_ = 0;
  Timestamp first_at_;
  Timestamp last_at_;
};

}  // namespace headgate::collect
