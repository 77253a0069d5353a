#include "collect/batch/open_batches.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "collect/tail/container_tail.h"

namespace headgate::collect {

OpenBatches::OpenBatches(Deps deps, Options options)
    : deps_(deps),
      options_(std::move(options)),
      pods_open_max_(options_.open_max - std::max<std::size_t>(options_.open_max / 4, 1)),
      pieces_(options_.batch.level < GzipPieces::kLevelMin ? kThoroughLevel : options_.batch.level),
      thorough_(options_.thorough_bytes_per_second) {
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

OpenBatches::Joined OpenBatches::join(const BatchKey& key, const BatchPolicy& policy, ContainerTail& tail) {
  const auto [place, is_new] = slots_.try_emplace(key);
  if (is_new) {
    place->second.policy = policy;
    place->second.tenant = key.owner();
    place->second.partition = key.partition();
    if (key.partition() == Partition::Tenant) ++packed_slots_;
  }
  place->second.tails.push_back(&tail);
  return {.place = place, .home = key};
}

void OpenBatches::leave(const Joined& joined, const ContainerTail& tail) {
  const Place place = joined.place;
  Slot& slot = place->second;
  if (place->first != joined.home) --sharing_;
  std::erase(slot.tails, &tail);
  if (!slot.tails.empty()) return;
  end(slot);
  if (place->first.partition() == Partition::Tenant) --packed_slots_;
  slots_.erase(place);
}

// Its slot holds lines already, or there is one.
bool OpenBatches::may_begin(Place place) const {
  if (place->second.holds_lines()) return true;
  return open_ < options_.open_max &&
         (place->first.partition() == Partition::Tenant || !can_share_ || open_pods_ < pods_open_max_);
}

void OpenBatches::move(Joined& joined, const BatchKey& key, ContainerTail& tail) {
  const BatchPolicy policy = joined.place->second.policy;
  const BatchKey home = joined.home;
  leave(joined, tail);
  joined = join(key, policy, tail);
  joined.home = home;
  if (key == home) return;
  ++sharing_;
  if (std::exchange(has_said_that_they_share_, true)) return;
  log::warn("batches_shared",
            "More pods write than may have objects of their own, so some share the objects of their tenant. "
            "Raise collect.batch.open_max if that is not wanted. This is logged once.",
            {{"open_max", options_.open_max}});
}

bool OpenBatches::find_slot(Joined& joined, ContainerTail& tail) {
  const Slot& slot = joined.place->second;
  // A batch covers all that was read of its containers: while it has lines of this one, the next go there
  // too.
  if (slot.holds_lines() && joined.batch_number == slot.batch_number) return true;
  if (joined.place->first == joined.home) {
    if (may_begin(joined.place)) return true;
  } else {
    const auto home = slots_.find(joined.home);  // another container of the pod may be there
    const bool may_return =
        home == slots_.end() ? open_ < options_.open_max && open_pods_ < pods_open_max_ : may_begin(home);
    if (may_return) {
      move(joined, BatchKey(joined.home), tail);
      return true;
    }
    if (may_begin(joined.place)) return true;
  }
  if (can_share_ && joined.place->first.partition() == Partition::Pod) {
    const BatchKey shared{.namespace_name = joined.home.namespace_name, .tenant = joined.home.tenant};
    const auto found = slots_.find(shared);
    if ((found != slots_.end() && may_begin(found)) || open_ < options_.open_max) {
      move(joined, shared, tail);
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

bool OpenBatches::is_thorough(SteadyTime now) {
  if (options_.batch.codec != Codec::Gzip) return false;
  if (options_.batch.level >= GzipPieces::kLevelMin) return true;
  // Not what is read counts, but what is compressed: records wait in buffers, and are compressed in the way
  // that is wanted by then.
  const std::uint64_t bytes = pieces_.bytes_in() - thorough_bytes_;
  thorough_bytes_ += bytes;
  deps_.meters.thorough_bytes.add(bytes);
  thorough_.take(bytes);
  return thorough_.has_any(now);
}

Batch& OpenBatches::batch_at(Joined& joined, SteadyTime now) {
  const Place place = joined.place;
  Slot& slot = place->second;
  if (!slot.batch) {
    slot.batch_number = ++batches_made_;
    // One packed batch may have a good part of the memory: larger members compress better.
    const PackedBatch::Options packed{.codec = options_.batch.codec,
                                      .level = options_.batch.level,
                                      .buffered_bytes_max = options_.buffers_bytes_max / 4};
    slot.batch = place->first.partition() == Partition::Tenant
                     ? std::make_unique<Batch>(deps_.spool, packed)
                     : std::make_unique<Batch>(deps_.spool, options_.batch);
  }
  joined.batch_number = slot.batch_number;
  if (slot.batch->lines() == 0) slot.batch->begin(now);
  const bool is_small_wanted = is_thorough(now);
  slot.batch->use_pieces(is_small_wanted ? &pieces_ : nullptr);
  if (PodBatch* const open = slot.batch->one_pods()) {
    const std::size_t share =
        (packed_slots_ > 0 ? options_.buffers_bytes_max / 2 : options_.buffers_bytes_max) / slots_.size();
    open->bound_buffer(std::clamp(share, PodBatch::kBufferBytesMin,
                                  is_small_wanted ? PodBatch::kPieceBytes : PodBatch::kBufferBytes));
  }
  return *slot.batch;
}

Result<> OpenBatches::filled(Place place) {
  Slot& slot = place->second;
  count(slot);
  if (slot.batch->raw_bytes() >= slot.policy.bytes_max) {
    TRY(seal(place, "size"));
  } else if (slot.batch->is_full()) {
    TRY(seal(place, "index"));
  } else if (const PodBatch* const open = slot.batch->one_pods(); open && open->holds_compressor()) {
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
  // A failure breaks the batch, which shows at its next record or at its sealing and is dealt with there.
  (void)longest_unused->batch->one_pods()->rest();
  count(*longest_unused);
}

// What the batch holds is still in the log files: they are read again from where the last sealed batch ends.
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
  deps_.meters.abandoned.add();
  Slot& slot = place->second;
  if (slot.batch) slot.batch->discard();
  end(slot);
  for (ContainerTail* tail : slot.tails) tail->rewind();
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

// For containers that found no slot. Not at once: an object for every few lines is what costs.
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
    for (const ContainerTail* tail : slot.tails) tail->cover(covers);
    ObjectKey key = TRY(key_of(place->first));
    return slot.batch->seal(std::move(key), std::move(covers));
  }();
  if (!sealed.ok()) {
    give_up(place, sealed.error());
    return sealed.error();
  }
  for (ContainerTail* tail : slot.tails) tail->commit();
  end(slot);
  deps_.shares.add_sealed(sealed->sequence, slot.tenant, sealed->object_bytes);
  deps_.checkpoints.note_sealed(*sealed);
  sealed_.push_back(sealed->sequence);
  deps_.meters.batches.add();
  deps_.meters.raw_bytes.add(sealed->raw_bytes);
  deps_.meters.object_bytes.add(sealed->object_bytes);
  log::debug("batch_sealed", "A batch was sealed and waits in the spool to be stored.",
             {{"key", sealed->key.view()},
              {"lines", sealed->lines},
              {"bytes", sealed->object_bytes},
              {"reason", why}});
  return {};
}

}  // namespace headgate::collect
