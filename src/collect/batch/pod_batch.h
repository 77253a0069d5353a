// A batch of one pod. Records become NDJSON, which is compressed with gzip or zstd and written to a spool
// file while the batch is filled. No uncompressed copy is kept beyond one buffer.
// Tests: tests/sim/partition_test.cc
#pragma once

#include <cstdint>

#include "base/deadline.h"
#include "base/pages.h"
#include "base/result.h"
#include "collect/batch/batch.h"
#include "collect/batch/lazy_spool_file.h"
#include "model/compression/compressed_writer.h"
#include "model/names.h"
#include "model/record.h"

namespace headgate::collect {

// The collect thread owns it. Memory: one buffer of kBufferBytes (more for a moment after a very long
// record), and a compressor's state from its first full buffer to rest().
class PodBatch final : public Batch {
 public:
  static constexpr std::size_t kBufferBytes = 64U << 10U;
  // The buffer while small compression makes a gzip member of each full buffer.
  static constexpr std::size_t kPieceBytes = GzipPieces::kPieceBytes;
  static constexpr std::size_t kBufferBytesMin = 8U << 10U;

  struct Options {
    Codec codec = Codec::Gzip;
    int level = 1;
  };
  PodBatch(Spool& spool, Options options);
  ~PodBatch() override;
  PodBatch(const PodBatch&) = delete;
  PodBatch& operator=(const PodBatch&) = delete;

  void begin(SteadyTime now) override { opened_at_ = now; }
  Result<> add(const RecordOrigin& origin, const Record& record) override;
  void use_pieces(GzipPieces* pieces) override { writer_.use_pieces(pieces); }
  void bound_buffer(std::size_t bytes) override { buffer_bytes_ = bytes; }
  Result<> shrink() override { return rest(); }
  bool holds_compressor() const override { return writer_.member_is_open(); }
  Result<> rest() override;

  bool is_full() const override { return false; }
  std::uint64_t lines() const override { return lines_; }
  std::uint64_t raw_bytes() const override { return raw_bytes_; }
  std::size_t buffered_bytes() const override { return buffer_.size(); }
  std::size_t index_bytes() const override { return 0; }
  std::uint64_t spooled_bytes() const override { return file_.bytes(); }
  SteadyTime opened_at() const override { return opened_at_; }

  Result<BatchManifest> seal(ObjectKey key, std::vector<CoveredFile> covers) override;
  void discard() override { file_.discard(); }

 private:
  Result<> flush_buffer();
  // Remembers a failure: a broken batch stays broken.
  Result<> tried(Result<> result);

  const Options options_;
  SteadyTime opened_at_;
  LazySpoolFile file_;
  CompressedWriter writer_;
  Pages buffer_;
  std::size_t filled_ = 0;
  std::size_t buffer_bytes_ = kBufferBytes;
  bool is_broken_ = false;
  std::uint64_t lines_ = 0;
  std::uint64_t raw_bytes_ = 0;
  Timestamp first_at_;
  Timestamp last_at_;
};

}  // namespace headgate::collect
