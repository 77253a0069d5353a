#include "collect/batch/open_batches.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "collect/batch/packed_batch.h"

namespace headgate::collect {

OpenBatches::OpenBatches(Deps deps, Options options)
    : deps_(deps),
      meters_(deps.metrics),
      options_(std::move(options)),
      pods_open_max_(options_.open_max - std::max<std::size_t>(options_.open_max / 4, 1)),
      pieces_(options_.batch.level < GzipPieces::kLevelMin ? kSmallLevel : options_.batch.level),
      small_budget_(options_.small_bytes_per_second) {
  can_share_ = options_.batch.codec != Codec::None && key_of({.namespace_name = Namespace("namespace")}).ok();
}

Result<ObjectKey> OpenBatches::key_of(const BatchKey& batch) {
  const Timestamp now = deps_.clock.now();
  KeyFields fields{.cluster = options_.cluster,
                   .namespace_name = batch.namespace_name,
                   .application = batch.application,
                   .pod = batch.pod,
                   .tenant = batch.owner(),
                   .file = key_file_name(to_key_time(now), ids_.next(now, deps_.random.next()),
                                         suffix_of(options_.batch.codec))};
  if (batch.partition() == Partition::Tenant) {
    if (options_.node.empty()) return Error{Fault::Invalid, "a packed object's key needs the node's name"};
    fields.node = options_.node;
  }
  return options_.key_template.render(fields);
}

OpenBatches::Joined OpenBatches::join(const BatchKey& key, const BatchPolicy& policy,
                                      BatchContributor& contributor) {
  const auto [place, is_new] = slots_.try_emplace(key);
  if (is_new) {
    place->second.policy = policy;
    place->second.tenant = key.owner();
    place->second.partition = key.partition();
    if (key.partition() == Partition::Tenant) ++packed_slots_;
  }
  place->second.contributors.push_back(&contributor);
  return {.place = place, .home = key};
}

void OpenBatches::leave(const Joined& joined, const BatchContributor& contributor) {
  const Place place = joined.place;
  Slot& slot = place->second;
  if (place->first != joined.home) --sharing_;
  std::erase(slot.contributors, &contributor);
  if (!slot.contributors.empty()) return;
  end(slot);
  if (place->first.partition() == Partition::Tenant) --packed_slots_;
  slots_.erase(place);
}

// The slot holds lines already, or one more may.
bool OpenBatches::may_begin(Place place) const {
  if (place->second.holds_lines()) return true;
  return open_ < options_.open_max &&
         (place->first.partition() == Partition::Tenant || !can_share_ || open_pods_ < pods_open_max_);
}

void OpenBatches::move(Joined& joined, const BatchKey& key, BatchContributor& contributor) {
  const BatchPolicy policy = joined.place->second.policy;
  const BatchKey home = joined.home;
  leave(joined, contributor);
  joined = join(key, policy, contributor);
  joined.home = home;
  if (key == home) return;
  ++sharing_;
  if (std::exchange(has_said_that_they_share_, true)) return;
  log::warn("batches_shared",
            "More pods write than may have objects of their own, so some share the objects of their tenant. "
            "Raise collect.batch.open_max if that is not wanted. This is logged once.",
            {{"open_max", options_.open_max}});
}

bool OpenBatches::find_slot(Joined& joined, BatchContributor& contributor) {
  const Slot& slot = joined.place->second;
  // A batch covers everything that was read of its containers. While it has lines of this container, the next
  // lines must go there too.
  if (slot.holds_lines() && joined.batch_number == slot.batch_number) return true;
  if (joined.place->first == joined.home) {
    if (may_begin(joined.place)) return true;
  } else {
    const auto home = slots_.find(joined.home);  // another container of the pod may be there
    const bool may_return =
        home == slots_.end() ? open_ < options_.open_max && open_pods_ < pods_open_max_ : may_begin(home);
    if (may_return) {
      move(joined, BatchKey(joined.home), contributor);
      return true;
    }
    if (may_begin(joined.place)) return true;
  }
  if (can_share_ && joined.place->first.partition() == Partition::Pod) {
    const BatchKey shared{.namespace_name = joined.home.namespace_name, .tenant = joined.home.tenant};
    const auto found = slots_.find(shared);
    if ((found != slots_.end() && may_begin(found)) || open_ < options_.open_max) {
      move(joined, shared, contributor);
      return true;
    }
  }
  ++waiting_;
  if (!std::exchange(has_said_that_they_wait_, true)) {
    log::warn("batches_exhausted",
              "More batches are needed than may be open, and no object can be shared, so some containers "
              "wait. Raise collect.batch.open_max. This is logged once.",
              {{"open_max", options_.open_max}});
  }
  return false;
}

bool OpenBatches::is_small_wanted(SteadyTime now) {
  if (options_.batch.codec != Codec::Gzip) return false;
  if (options_.batch.level >= GzipPieces::kLevelMin) return true;
  // Bytes count when they are compressed, not when they are read: records wait in buffers, and the compressor
  // is chosen when a buffer is full.
  const std::uint64_t bytes = pieces_.bytes_in() - small_bytes_;
  small_bytes_ += bytes;
  meters_.small_bytes.add(bytes);
  small_budget_.take(bytes);
  return small_budget_.has_any(now);
}

Batch& OpenBatches::batch_at(Joined& joined, SteadyTime now) {
  const Place place = joined.place;
  Slot& slot = place->second;
  if (!slot.batch) {
    slot.batch_number = ++batches_made_;
    // One packed batch may use a quarter of the memory: larger members compress better.
    const PackedBatch::Options packed{.codec = options_.batch.codec,
                                      .level = options_.batch.level,
                                      .buffered_bytes_max = options_.buffers_bytes_max / 4};
    if (place->first.partition() == Partition::Tenant) {
      slot.batch = std::make_unique<PackedBatch>(deps_.spool, packed);
    } else {
      slot.batch = std::make_unique<PodBatch>(deps_.spool, options_.batch);
    }
  }
  joined.batch_number = slot.batch_number;
  if (slot.batch->lines() == 0) slot.batch->begin(now);
  const bool is_small = is_small_wanted(now);
  slot.batch->use_pieces(is_small ? &pieces_ : nullptr);
  const std::size_t share =
      (packed_slots_ > 0 ? options_.buffers_bytes_max / 2 : options_.buffers_bytes_max) / slots_.size();
  slot.batch->bound_buffer(std::clamp(share, PodBatch::kBufferBytesMin,
                                      is_small ? PodBatch::kPieceBytes : PodBatch::kBufferBytes));
  return *slot.batch;
}

Result<> OpenBatches::filled(Place place) {
  Slot& slot = place->second;
  count(slot);
  if (slot.batch->raw_bytes() >= slot.policy.bytes_max) {
    TRY(seal(place, "size"));
  } else if (slot.batch->is_full()) {
    TRY(seal(place, "index"));
  } else if (slot.batch->holds_compressor()) {
    bound_compressors(slot);
  }
  return bound_memory();
}

void OpenBatches::count(Slot& slot) {
  const std::size_t buffered = slot.batch ? slot.batch->buffered_bytes() : 0;
  const std::size_t index = slot.batch ? slot.batch->index_bytes() : 0;
  buffered_bytes_ += buffered - slot.buffered_bytes;
  index_bytes_ += index - slot.index_bytes;
  slot.buffered_bytes = buffered;
  slot.index_bytes = index;
  const std::uint64_t open_bytes = slot.batch ? slot.batch->spooled_bytes() + buffered : 0;
  deps_.shares.change_open(slot.tenant, slot.open_bytes, open_bytes);
  slot.open_bytes = open_bytes;
  if (slot.holds_lines() == slot.is_counted) return;
  slot.is_counted = !slot.is_counted;
  const std::size_t change = slot.is_counted ? 1 : std::size_t{0} - 1;
  open_ += change;
  if (slot.partition == Partition::Pod) open_pods_ += change;
}

Result<> OpenBatches::bound_memory() {
  while (buffered_bytes_ > options_.buffers_bytes_max) {
    const auto largest =
        std::max_element(slots_.begin(), slots_.end(), [](const auto& left, const auto& right) {
          return left.second.buffered_bytes < right.second.buffered_bytes;
        });
    Result<> shrunk = largest->second.batch->shrink();
    if (!shrunk.ok()) {
      give_up(largest, shrunk.error());
      return shrunk;
    }
    count(largest->second);
  }
  if (index_bytes_ <= options_.buffers_bytes_max) return {};
  for (const Place& place : oldest_first()) {
    if (index_bytes_ <= options_.buffers_bytes_max) break;
    if (place->second.index_bytes > 0) TRY(seal(place, "memory"));
  }
  return {};
}

// A compressor's state is hundreds of KiB: only the most recently used batches hold one.
void OpenBatches::bound_compressors(Slot& used) {
  std::erase(compressing_, &used);
  compressing_.push_back(&used);
  if (compressing_.size() <= options_.compressors_max) return;
  Slot* const longest_unused = compressing_.front();
  compressing_.erase(compressing_.begin());
  // A failure breaks the batch. Its next add() or seal() returns an error, which is handled there.
  (void)longest_unused->batch->rest();
  count(*longest_unused);
}

// The lines of the batch are still in the log files, which are read again from where the last sealed batch
// ends.
void OpenBatches::give_up(Place place, const Error& why) {
  if (const auto times = said_.happened("given up", deps_.clock.steady())) {
    log::warn("open_batch_discarded",
              "A batch could not be written to the spool and was discarded. Its lines are read again from "
              "the log files.",
              {{"namespace", place->first.namespace_name.view()},
               {"pod", place->first.pod.view()},
               {"error", why.what},
               {"times", *times}});
  }
  meters_.discarded.add();
  Slot& slot = place->second;
  if (slot.batch) slot.batch->discard();
  end(slot);
  for (BatchContributor* contributor : slot.contributors) contributor->rewind();
}

void OpenBatches::end(Slot& slot) {
  std::erase(compressing_, &slot);
  slot.batch.reset();
  count(slot);
}

Result<> OpenBatches::seal_due(SteadyTime now) {
  next_due_at_ = kLongAgo;
  SteadyTime next_due_at = SteadyTime::max();
  for (auto place = slots_.begin(); place != slots_.end(); ++place) {
    if (!place->second.holds_lines()) continue;
    const SteadyTime due_at = place->second.batch->opened_at() + place->second.policy.age_max;
    if (now >= due_at) {
      TRY(seal(place, "age"));
    } else {
      next_due_at = std::min(next_due_at, due_at);
    }
  }
  TRY(seal_for_waiting(now));
  next_due_at_ = next_due_at;
  return {};
}

// Seals for containers that found no slot. It waits a part of the age, because many small objects are
// expensive.
Result<> OpenBatches::seal_for_waiting(SteadyTime now) {
  constexpr int kPartOfAge = 10;
  std::size_t wanted = std::exchange(waiting_, 0);
  if (wanted == 0) return {};
  for (const Place& place : oldest_first()) {
    if (wanted == 0) break;
    if (now - place->second.batch->opened_at() < place->second.policy.age_max / kPartOfAge) continue;
    TRY(seal(place, "open batches"));
    --wanted;
  }
  return {};
}

std::vector<OpenBatches::Place> OpenBatches::oldest_first() {
  std::vector<Place> open;
  for (auto place = slots_.begin(); place != slots_.end(); ++place) {
    if (place->second.holds_lines()) open.push_back(place);
  }
  std::sort(open.begin(), open.end(), [](const Place& left, const Place& right) {
    const SteadyTime left_at = left->second.batch->opened_at();
    const SteadyTime right_at = right->second.batch->opened_at();
    return std::tie(left_at, left->first) < std::tie(right_at, right->first);
  });
  return open;
}

Result<> OpenBatches::seal_all() {
  for (const Place& place : oldest_first()) TRY(seal(place, "stop"));
  return {};
}

Result<> OpenBatches::seal_all_of(const TenantId& tenant) {
  for (const Place& place : oldest_first()) {
    if (place->second.tenant == tenant) TRY(seal(place, "room"));
  }
  return {};
}

Result<> OpenBatches::seal(Place place, std::string_view why) {
  Slot& slot = place->second;
  const auto sealed = [&]() -> Result<BatchManifest> {
    std::vector<CoveredFile> covers;
    for (const BatchContributor* contributor : slot.contributors) contributor->cover(covers);
    ObjectKey key = TRY(key_of(place->first));
    return slot.batch->seal(std::move(key), std::move(covers));
  }();
  if (!sealed.ok()) {
    give_up(place, sealed.error());
    return sealed.error();
  }
  for (BatchContributor* contributor : slot.contributors) contributor->commit();
  end(slot);
  deps_.shares.add_sealed(sealed->sequence, slot.tenant, sealed->object_bytes);
  deps_.checkpoints.note_sealed(*sealed);
  sealed_.push_back(sealed->sequence);
  meters_.sealed.add();
  meters_.raw_bytes.add(sealed->raw_bytes);
  meters_.object_bytes.add(sealed->object_bytes);
  log::debug("batch_sealed", "A batch was sealed and waits in the spool to be stored.",
             {{"key", sealed->key.view()},
              {"lines", sealed->lines},
              {"bytes", sealed->object_bytes},
              {"reason", why}});
  return {};
}

}  // namespace headgate::collect
