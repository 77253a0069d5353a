// A batch that is being filled with records, which becomes one object in the store.
// Tests: tests/sim/partition_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/progress/batch_manifest.h"
#include "model/compression/compressed_writer.h"
#include "model/names.h"
#include "model/object_index.h"
#include "model/record.h"

namespace headgate::collect {

// Whose records stand together in an object of many pods.
using BatchSource = IndexedSource;

// Where a container's records come from, and the fields that all of them have.
struct RecordOrigin {
  BatchSource source;
  RecordFrame frame;
};

// The collect thread owns it. Nothing of it survives a crash before seal(): its lines are read again.
class Batch {
 public:
  virtual ~Batch() = default;
  // Its age counts from here. Called while it is empty.
  virtual void begin(SteadyTime now) = 0;
  // Fastest when records of one source come several in a row. After an error (the disk is full, say) the
  // batch is broken: discard() it, and read its lines again.
  virtual Result<> add(const RecordOrigin& origin, const Record& record) = 0;
  // Members written from now on are made with `pieces`, which outlive the batch; null: with the compressor of
  // its options.
  virtual void use_pieces(GzipPieces* pieces) = 0;
  // How large a buffer may be from its next filling on. All batches share a budget, and smaller buffers cost
  // a little ratio. A batch whose options bound its buffers ignores it.
  virtual void bound_buffer(std::size_t bytes) = 0;
  // Frees about half of the memory that buffers take, or all of it where that cannot be halved.
  virtual Result<> shrink() = 0;
  // Whether it holds a compressor while nothing is written, and frees that until more comes: the gzip member
  // ends.
  virtual bool holds_compressor() const = 0;
  virtual Result<> rest() = 0;

  // It must be sealed before more is added: its index is near its limits.
  virtual bool is_full() const = 0;
  virtual std::uint64_t lines() const = 0;
  virtual std::uint64_t raw_bytes() const = 0;      // before compression
  virtual std::size_t buffered_bytes() const = 0;   // memory that buffers take
  virtual std::size_t index_bytes() const = 0;      // further memory, about, that only sealing frees
  virtual std::uint64_t spooled_bytes() const = 0;  // that are in the spool already
  virtual SteadyTime opened_at() const = 0;

  // Commits it to the spool under `key`. The batch is then of no more use.
  virtual Result<BatchManifest> seal(ObjectKey key, std::vector<CoveredFile> covers) = 0;
  virtual void discard() = 0;
};

// Whose lines are in a batch: it says what the batch covers, and reads again what was discarded.
class BatchContributor {
 public:
  virtual ~BatchContributor() = default;
  // Adds what a batch that is sealed now covers of its files.
  virtual void cover(std::vector<CoveredFile>& covers) const = 0;
  // The batch was sealed with what cover() said.
  virtual void commit() = 0;
  // The batch was discarded: what was read since the last commit() is read again.
  virtual void rewind() = 0;
};

}  // namespace headgate::collect
