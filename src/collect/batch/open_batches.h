// All batches that are being filled, one a key: when each is sealed, and how much memory they take together.
// Tests: tests/sim/partition_test.cc, tests/sim/held_bytes_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/repeated_log.h"
#include "collect/batch/batch.h"
#include "collect/batch/batch_policy.h"
#include "collect/batch/small_compression_budget.h"
#include "collect/batch/spool.h"
#include "collect/batch/spool_shares.h"
#include "collect/checkpoints.h"
#include "collect/collector_meters.h"
#include "model/object_key.h"
#include "model/time/time_ordered_ids.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::collect {

class ContainerTail;

// One pod's batch, or with neither application nor pod that of all of a tenant's pods in a namespace.
struct BatchKey {
  Namespace namespace_name;
  Application application = Application();
  PodName pod = PodName();
  TenantId tenant = TenantId();  // empty: the namespace's name
  Partition partition() const { return pod.empty() ? Partition::Tenant : Partition::Pod; }
  TenantId owner() const { return tenant.empty() ? TenantId(namespace_name.str()) : tenant; }
  friend auto operator<=>(const BatchKey&, const BatchKey&) = default;
};

// The collect thread owns it.
// Memory of all batches of both kinds, whatever their number: over buffers_bytes_max the one with most gives
// up buffers, which makes its object a little larger and no new one. What only sealing gives back (the
// indexes of packed batches) is bounded by the same again: there the oldest are sealed. Compressors' states:
// compressors_max; the least recently used rests.
//
// Their number: open_max. When pods' own batches take all but a quarter of it, the lines of further pods go
// into a batch that the pods of their tenant share. So nothing is sealed early for want of a slot, however
// many pods write. Only if more tenants write than there are slots (or no object can be shared, as the key
// template has no place for it) must a container wait: until a batch is sealed for its age or size, or, for
// those that wait, at a tenth of its age.
class OpenBatches {
 public:
  struct Options {
    ClusterId cluster;
    NodeName node;
    KeyTemplate key_template;
    PodBatch::Options batch;
    std::size_t open_max = 1024;
    std::size_t buffers_bytes_max = 16U << 20U;
    std::size_t compressors_max = 16;
    // Of records, in gzip: what comes faster is compressed as `batch` says.
    std::uint64_t thorough_bytes_per_second = 16U << 20U;
  };
  struct Deps {
    Clock& clock;
    Random& random;
    Spool& spool;
    SpoolShares& shares;
    Checkpoints& checkpoints;
    CollectorMeters& meters;
  };
  // A key, the batch that is filled for it if any, and whose lines go into it.
  struct Slot {
    BatchPolicy policy;
    std::unique_ptr<Batch> batch;
    TenantId tenant;
    Partition partition = Partition::Pod;
    std::vector<ContainerTail*> tails;
    std::uint64_t batch_number = 0;  // of `batch`; no two have the same
    // As counted in the sums of all:
    std::size_t buffered_bytes = 0;
    std::size_t index_bytes = 0;
    std::uint64_t open_bytes = 0;
    bool is_counted = false;  // as one that holds lines

    bool holds_lines() const { return batch && batch->lines() > 0; }
  };
  using Slots = std::map<BatchKey, Slot>;
  using Place = Slots::iterator;

  OpenBatches(Deps deps, Options options);

  // A new object's key. Fault::Invalid when the names make none.
  Result<ObjectKey> key_of(const BatchKey& batch);
  // Where a container's lines go.
  struct Joined {
    Place place;
    BatchKey home;                   // whose batch they go into while there are slots enough
    std::uint64_t batch_number = 0;  // that they went into last
  };
  // The lines of `tail`, which stays where it is until leave(), go into the batch of that key.
  Joined join(const BatchKey& key, const BatchPolicy& policy, ContainerTail& tail);
  void leave(const Joined& joined, const ContainerTail& tail);
  // Before more of its lines are read: finds the batch that they go into, its own or a shared one. False:
  // there is no slot for one at the moment.
  bool find_slot(Joined& joined, ContainerTail& tail);
  // How many containers' lines go into batches that are shared for want of slots.
  std::size_t sharing() const { return sharing_; }

  // To read into, and then say so. Errors are the spool's: the batch was given up, and all that was read
  // since the last one was sealed is read again.
  Batch& batch_at(Joined& joined, SteadyTime now);
  Result<> filled(Place place);
  // The batch cannot be gone on with: it is dropped, and its lines will be read again.
  void give_up(Place place, const Error& why);

  // Seals what is old enough, and the oldest over the bounds.
  Result<> seal_due(SteadyTime now);
  Result<> seal_all();
  Result<> seal_all_of(const TenantId& tenant);
  // One that holds lines; `why` is for the log.
  Result<> seal(Place place, std::string_view why);
  // Nothing is to be sealed for its age before.
  SteadyTime next_due_at() const { return next_due_at_; }
  std::size_t open_count() const { return open_; }
  std::size_t buffered_bytes() const { return buffered_bytes_; }
  // Batches sealed since the last call.
  std::vector<std::uint64_t> take_sealed() { return std::exchange(sealed_, {}); }
  void note_sealed(std::uint64_t sequence) { sealed_.push_back(sequence); }

 private:
  static constexpr int kThoroughLevel = 5;  // within 3 % of `gzip -6`, twice as fast (ADR 0009)

  bool is_thorough(SteadyTime now);
  bool may_begin(Place place) const;
  void move(Joined& joined, const BatchKey& key, ContainerTail& tail);
  Result<> seal_for_waiting(SteadyTime now);
  std::vector<Place> oldest_first();
  Result<> bound_memory();
  void bound_compressors(Slot& used);
  void count(Slot& slot);
  void end(Slot& slot);

  Deps deps_;
  const Options options_;
  const std::size_t pods_open_max_;
  bool can_share_ = false;  // objects among the pods of a tenant
  GzipPieces pieces_;
  SmallCompressionBudget thorough_;
  TimeOrderedIds ids_;
  std::uint64_t thorough_bytes_ = 0;  // of pieces_, that were taken from it
  Slots slots_;
  std::vector<Slot*> compressing_;  // least recently used first
  std::vector<std::uint64_t> sealed_;
  std::uint64_t batches_made_ = 0;
  std::size_t open_ = 0;       // slots that hold lines
  std::size_t open_pods_ = 0;  // those of them that are of one pod
  std::size_t waiting_ = 0;    // containers that found no slot since seal_due()
  std::size_t sharing_ = 0;
  bool has_said_that_they_share_ = false;
  bool has_said_that_they_wait_ = false;
  RepeatedLog said_;
  std::size_t packed_slots_ = 0;
  std::size_t buffered_bytes_ = 0;
  std::size_t index_bytes_ = 0;
  SteadyTime next_due_at_ = kLongAgo;
};

}  // namespace headgate::collect
