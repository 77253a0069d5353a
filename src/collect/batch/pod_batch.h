// A batch that is being filled: records become NDJSON, NDJSON becomes gzip or zstd, and that goes to a spool
// file, as they come. No uncompressed copy is kept beyond one buffer.
// Tests: tests/sim/partition_test.cc
#pragma once

#include <cstdint>

#include "base/deadline.h"
#include "base/pages.h"
#include "base/result.h"
#include "collect/batch/lazy_spool_file.h"
#include "model/compression/compressed_writer.h"
#include "model/names.h"
#include "model/record.h"

namespace headgate::collect {

// The collect thread owns it. Memory: one buffer of kBufferBytes (more for a moment after a very long
// record), and a compressor's state between its first full buffer and rest().
class PodBatch {
 public:
  static constexpr std::size_t kBufferBytes = 64U << 10U;
  // Where a gzip member is made of what is gathered.
  static constexpr std::size_t kPieceBytes = GzipPieces::kPieceBytes;
  static constexpr std::size_t kBufferBytesMin = 8U << 10U;

  struct Options {
    Codec codec = Codec::Gzip;
    int level = 1;
  };
  PodBatch(Spool& spool, Options options);
  ~PodBatch();
  PodBatch(const PodBatch&) = delete;
  PodBatch& operator=(const PodBatch&) = delete;

  // Its age counts from here; called while it is empty.
  void begin(SteadyTime now) { opened_at_ = now; }
  // How large its buffer may be, from its next filling on: all batches share a budget, and smaller buffers
  // cost a little ratio.
  void bound_buffer(std::size_t bytes) { buffer_bytes_ = bytes; }
  // What is written from now on is made with these, which outlive the batch; null: as the options say.
  void use_pieces(GzipPieces* pieces) { writer_.use_pieces(pieces); }
  // After an error (the disk is full, say) the batch is broken: discard() it, and read its lines again.
  Result<> add(const RecordFrame& frame, const Record& record);
  // Ends the compressor's member, so that its state is freed until more comes.
  Result<> rest();
  bool holds_compressor() const { return writer_.member_is_open(); }

  std::uint64_t lines() const { return lines_; }
  std::uint64_t raw_bytes() const { return raw_bytes_; }
  std::size_t buffered_bytes() const { return buffer_.size(); }  // memory that its buffer takes
  std::uint64_t spooled_bytes() const { return file_.bytes(); }  // that are in the spool already
  SteadyTime opened_at() const { return opened_at_; }

  // Commits it to the spool under `key`. The batch is then spent.
  Result<BatchManifest> seal(ObjectKey key, std::vector<CoveredFile> covers);
  void discard() { file_.discard(); }

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
