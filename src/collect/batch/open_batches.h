// All batches that are being filled, one for each key: when each is sealed, and how much memory they take
// together.
// Tests: tests/sim/partition_test.cc, tests/sim/held_bytes_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/repeated_log.h"
#include "collect/batch/batch.h"
#include "collect/batch/batch_meters.h"
#include "collect/batch/batch_policy.h"
#include "collect/batch/pod_batch.h"
#include "collect/batch/small_compression_budget.h"
#include "collect/batch/spool.h"
#include "collect/batch/spool_shares.h"
#include "collect/progress/checkpoints.h"
#include "model/object_key.h"
#include "model/time/time_ordered_ids.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::collect {

// The key of one pod's batch or, without application and pod, of the batch of all of a tenant's pods in a
// namespace.
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
// Memory of all batches, whatever their number: over buffers_bytes_max the batch with most buffers frees
// some, which makes its object a little larger and makes no new one. Indexes of packed batches are freed only
// by sealing. They may take as much again; over that, the oldest batches are sealed. At most compressors_max
// batches hold a compressor; the least recently used one gives its up.
//
// At most open_max batches are open. When batches of single pods take all but a quarter of that, lines of
// further pods go into a batch that the pods of their tenant share. So no batch is sealed early, however many
// pods write. A container waits only if more tenants write than there are slots, or if the key template has
// no place for shared objects. It waits until a batch is sealed for its age or size; for waiting containers a
// tenth of the age is enough.
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
    // How many bytes of records a second get small gzip compression. The rest is compressed as `batch` says.
    std::uint64_t small_bytes_per_second = 16U << 20U;
  };
  struct Deps {
    Clock& clock;
    Random& random;
    Spool& spool;
    SpoolShares& shares;
    Checkpoints& checkpoints;
    Metrics& metrics;
  };
  // Of one key: the batch that is filled, if any, and the containers whose lines go into it.
  struct Slot {
    BatchPolicy policy;
    std::unique_ptr<Batch> batch;
    TenantId tenant;
    Partition partition = Partition::Pod;
    std::vector<BatchContributor*> contributors;
    std::uint64_t batch_number = 0;  // of `batch`; each batch has another one
    // As counted in the sums of all:
    std::size_t buffered_bytes = 0;
    std::size_t index_bytes = 0;
    std::uint64_t open_bytes = 0;
    bool is_counted = false;  // among those that hold lines

    bool holds_lines() const { return batch && batch->lines() > 0; }
  };
  using Slots = std::map<BatchKey, Slot>;
  using Place = Slots::iterator;

  OpenBatches(Deps deps, Options options);

  // A new object's key. Fault::Invalid when the names make none.
  Result<ObjectKey> key_of(const BatchKey& batch);
  // Where the lines of a container go.
  struct Joined {
    Place place;
    BatchKey home;                   // the batch they go into while there are enough slots
    std::uint64_t batch_number = 0;  // the batch that they last went into
  };
  // The lines of `contributor`, which must not move until leave(), go into the batch of that key.
  Joined join(const BatchKey& key, const BatchPolicy& policy, BatchContributor& contributor);
  void leave(const Joined& joined, const BatchContributor& contributor);
  // Finds the batch for more lines, an own or a shared one, before they are read. False: no slot is free at
  // the moment.
  bool find_slot(Joined& joined, BatchContributor& contributor);
  // How many containers write into shared batches because there are not enough slots.
  std::size_t sharing() const { return sharing_; }

  // The batch to read into. Call filled() after reading. Its errors are the spool's: the batch was discarded,
  // and its lines are read again.
  Batch& batch_at(Joined& joined, SteadyTime now);
  Result<> filled(Place place);
  // The batch cannot be used any more: it is discarded, and its lines are read again.
  void give_up(Place place, const Error& why);

  // Seals batches that are old enough, and the oldest ones while containers wait for a slot.
  Result<> seal_due(SteadyTime now);
  Result<> seal_all();
  Result<> seal_all_of(const TenantId& tenant);
  // Seals a batch that holds lines; `why` is for the log.
  Result<> seal(Place place, std::string_view why);
  // No batch is old enough to be sealed before that time.
  SteadyTime next_due_at() const { return next_due_at_; }
  std::size_t open_count() const { return open_; }
  std::size_t buffered_bytes() const { return buffered_bytes_; }
  // Batches sealed since the last call.
  std::vector<std::uint64_t> take_sealed() { return std::exchange(sealed_, {}); }
  void note_sealed(std::uint64_t sequence) { sealed_.push_back(sequence); }

 private:
  static constexpr int kSmallLevel = 5;  // within 3 % of `gzip -6`, twice as fast (ADR 0009)

  bool is_small_wanted(SteadyTime now);
  bool may_begin(Place place) const;
  void move(Joined& joined, const BatchKey& key, BatchContributor& contributor);
  Result<> seal_for_waiting(SteadyTime now);
  std::vector<Place> oldest_first();
  Result<> bound_memory();
  void bound_compressors(Slot& used);
  void count(Slot& slot);
  void end(Slot& slot);

  Deps deps_;
  BatchMeters meters_;
  const Options options_;
  const std::size_t pods_open_max_;
  bool can_share_ = false;  // the key template has a place for objects that pods of a tenant share
  GzipPieces pieces_;
  SmallCompressionBudget small_budget_;
  TimeOrderedIds ids_;
  std::uint64_t small_bytes_ = 0;  // of pieces_, that were taken from the budget
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
