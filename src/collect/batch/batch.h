// A batch of either kind: one pod's records, or those of all pods of a tenant.
// Tests: tests/sim/partition_test.cc
#pragma once

#include <variant>

#include "collect/batch/packed_batch.h"
#include "collect/batch/pod_batch.h"

namespace headgate::collect {

// A container's records: whose they are, and the fields that all of them have.
struct RecordOrigin {
  BatchSource source;
  RecordFrame frame;
};

// The collect thread owns it. Each call is the same one of OpenBatch or PackedBatch.
class Batch {
 public:
  Batch(Spool& spool, PodBatch::Options options) : kind_(std::in_place_type<PodBatch>, spool, options) {}
  Batch(Spool& spool, PackedBatch::Options options)
      : kind_(std::in_place_type<PackedBatch>, spool, options) {}

  void begin(SteadyTime now);
  Result<> add(const RecordOrigin& origin, const Record& record) {
    if (auto* const open = std::get_if<PodBatch>(&kind_)) return open->add(origin.frame, record);
    return std::get<PackedBatch>(kind_).add(origin.source, origin.frame, record);
  }
  void use_pieces(GzipPieces* pieces) {
    std::visit([&](auto& batch) { batch.use_pieces(pieces); }, kind_);
  }
  // Gives back about half of the memory that buffers take, or all of it where that cannot be halved.
  Result<> shrink();
  // Of a batch of one pod. One of many holds a compressor only while a member is written.
  PodBatch* one_pods() { return std::get_if<PodBatch>(&kind_); }

  bool is_full() const;
  std::uint64_t lines() const;
  std::uint64_t raw_bytes() const;
  std::size_t buffered_bytes() const;   // memory that buffers take
  std::size_t index_bytes() const;      // and memory that only sealing gives back
  std::uint64_t spooled_bytes() const;  // that are in the spool already
  SteadyTime opened_at() const;

  Result<BatchManifest> seal(ObjectKey key, std::vector<CoveredFile> covers);
  void discard();

 private:
  std::variant<PodBatch, PackedBatch> kind_;
};

}  // namespace headgate::collect
