#include "collect/open_batches.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "collect/container_tail.h"

namespace headgate::collect {

OpenBatches::OpenBatches(World world, Options options)
    : world_(world),
      options_(std::move(options)),
      pieces_(options_.batch.level < GzipPieces::kLevelMin ? kThoroughLevel : options_.batch.level),
      thorough_(options_.thorough_bytes_per_second) {}

Result<ObjectKey> OpenBatches::key_of(const BatchKey& batch) {
  const Timestamp now = world_.clock.now();
  KeyFields fields{.cluster = options_.cluster,
                   .namespace_name = batch.namespace_name,
                   .application = batch.application,
                   .pod = batch.pod,
                   .tenant = batch.tenant.empty() ? TenantId(batch.namespace_name.str()) : batch.tenant,
                   .file = key_file_name(to_key_time(now), ids_.next(now, world_.random.next()),
                                         suffix_of(options_.batch.codec))};
  if (batch.partition() == Partition::Tenant) {
    if (options_.node.empty()) return Error{Fault::Invalid, "a packed object's key needs the node's name"};
    fields.node = options_.node;
  }
  return options_.key_template.render(fields);
}

OpenBatches::Place OpenBatches::join(const BatchKey& key, const BatchPolicy& policy, ContainerTail& tail) {
  const auto [place, is_new] = slots_.try_emplace(key);
  if (is_new) {
    place->second.policy = policy;
    if (key.partition() == Partition::Tenant) ++packed_slots_;
  }
  place->second.tails.push_back(&tail);
  return place;
}

void OpenBatches::leave(Place place, const ContainerTail& tail) {
  Slot& slot = place->second;
  std::erase(slot.tails, &tail);
  if (!slot.tails.empty()) return;
  end(slot);
  if (place->first.partition() == Partition::Tenant) --packed_slots_;
  slots_.erase(place);
}

bool OpenBatches::is_thorough(SteadyTime now) {
  if (options_.batch.codec != Codec::Gzip) return false;
  if (options_.batch.level >= GzipPieces::kLevelMin) return true;
  // Not what is read counts, but what is compressed: records wait in buffers, and are compressed in the way
  // that is wanted by then.
  const std::uint64_t bytes = pieces_.bytes_in() - thorough_bytes_;
  thorough_bytes_ += bytes;
  world_.meters.thorough_bytes.add(bytes);
  thorough_.take(bytes);
  return thorough_.has_any(now);
}

Batch& OpenBatches::batch_at(Place place, SteadyTime now) {
  Slot& slot = place->second;
  if (!slot.batch) {
    // One packed batch may have a good part of the memory: larger members compress better.
    const PackedBatch::Options packed{.codec = options_.batch.codec,
                                      .level = options_.batch.level,
                                      .buffered_bytes_max = options_.buffers_bytes_max / 4};
    slot.batch = place->first.partition() == Partition::Tenant
                     ? std::make_unique<Batch>(world_.spool, packed)
                     : std::make_unique<Batch>(world_.spool, options_.batch);
  }
  if (slot.batch->lines() == 0) slot.batch->begin(now);
  const bool is_small_wanted = is_thorough(now);
  slot.batch->use_pieces(is_small_wanted ? &pieces_ : nullptr);
  if (OpenBatch* const open = slot.batch->one_pods()) {
    const std::size_t share =
        (packed_slots_ > 0 ? options_.buffers_bytes_max / 2 : options_.buffers_bytes_max) / slots_.size();
    open->bound_buffer(std::clamp(share, OpenBatch::kBufferBytesMin,
                                  is_small_wanted ? OpenBatch::kPieceBytes : OpenBatch::kBufferBytes));
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
  } else if (const OpenBatch* const open = slot.batch->one_pods(); open && open->holds_compressor()) {
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
  log::warn("a batch was given up and will be read again", {{"namespace", place->first.namespace_name.view()},
                                                            {"pod", place->first.pod.view()},
                                                            {"what", why.what}});
  world_.meters.abandoned.add();
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
  std::size_t open = 0;
  for (auto place = slots_.begin(); place != slots_.end(); ++place) {
    if (!place->second.holds_lines()) continue;
    const SteadyTime due_at = place->second.batch->opened_at() + place->second.policy.age_max;
    if (now >= due_at) {
      TRY(seal(place, "age"));
    } else {
      next_due_at = std::min(next_due_at, due_at);
      ++open;
    }
  }
  if (open > options_.open_max) TRY(seal_oldest(open - options_.open_max, "open batches"));
  next_due_at_ = next_due_at;
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

Result<> OpenBatches::seal_oldest(std::size_t count, std::string_view why) {
  std::vector<Place> open = oldest_first();
  open.resize(std::min(count, open.size()));
  for (const Place& place : open) TRY(seal(place, why));
  return {};
}

Result<> OpenBatches::seal_all() {
  for (const Place& place : oldest_first()) TRY(seal(place, "stop"));
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
  world_.checkpoints.note_sealed(*sealed);
  sealed_.push_back(sealed->sequence);
  world_.meters.batches.add();
  world_.meters.raw_bytes.add(sealed->raw_bytes);
  world_.meters.object_bytes.add(sealed->object_bytes);
  log::debug(
      "batch sealed",
      {{"key", sealed->key.view()}, {"lines", sealed->lines}, {"bytes", sealed->object_bytes}, {"why", why}});
  return {};
}

std::size_t OpenBatches::open_count() const {
  return static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(),
                                                [](const auto& slot) { return slot.second.holds_lines(); }));
}

}  // namespace headgate::collect
