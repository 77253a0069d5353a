// A batch of many pods' records: one object a tenant, node and flush. The records of each application and pod
// stand together in members of their own, and an index at the object's end says where
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
#include "collect/batch/lazy_spool_file.h"
#include "model/compression/compressed_writer.h"
#include "model/object_index.h"
#include "model/record.h"

namespace headgate::collect {

// Whose records stand together.
using BatchSource = IndexedSource;

// The collect thread owns it. Pods' lines come interleaved and compress best together, so each pod's wait,
// encoded, in blocks of its own until all of them reach buffered_bytes_max; then the pod with most gives up
// its own as one member. Memory: buffered_bytes_max and a block; while a member is written also one
// compressor (compressed_writer.h), and with a record over kBlockBytes that record. The order of each pod's
// records is kept, that between pods is not.
class PackedBatch {
 public:
  static constexpr std::size_t kBlockBytes = 16U << 10U;

  struct Options {
    Codec codec = Codec::Gzip;  // not None: that has no members
    int level = 1;
    // Over all pods of the batch. What a pod has in one member at most; with n pods of the same rate, each
    // member holds about twice this divided by n (docs/contributing/formats/packed-object.md has what that
    // does to the size).
    std::size_t buffered_bytes_max = 2U << 20U;
  };
  PackedBatch(Spool& spool, Options options);
  ~PackedBatch();
  PackedBatch(const PackedBatch&) = delete;
  PackedBatch& operator=(const PackedBatch&) = delete;

  // Its age counts from here; called while it is empty.
  void begin(SteadyTime now) { opened_at_ = now; }
  // The members written from now on are made with these, which outlive the batch; null: as the options say.
  void use_pieces(GzipPieces* pieces) { writer_.use_pieces(pieces); }
  // `frame` is of `source`. Fastest when records of one source come several in a row. After an error (the
  // disk is full, say) the batch is broken: discard() it, and read its lines again.
  Result<> add(const BatchSource& source, const RecordFrame& frame, const Record& record);
  // Writes the largest pods' buffers until no more than that is held: what bounds the memory of many batches.
  Result<> shrink(std::size_t buffered_bytes_max);
  // Seal it before more is added: its index would come near its limits.
  bool is_full() const;

  std::uint64_t lines() const { return lines_; }
  std::uint64_t raw_bytes() const { return raw_bytes_; }
  std::size_t buffered_bytes() const { return buffered_bytes_; }  // memory that buffers take
  // And what its index takes, about, until it is sealed.
  std::size_t index_bytes() const;
  std::uint64_t spooled_bytes() const { return file_.bytes(); }  // that are in the spool already
  SteadyTime opened_at() const { return opened_at_; }

  // Commits it to the spool under `key`, pods by application and name. The batch is then spent. It holds at
  // least one line.
  Result<BatchManifest> seal(ObjectKey key, std::vector<CoveredFile> covers);
  void discard() { file_.discard(); }

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
