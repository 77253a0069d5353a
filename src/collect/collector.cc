#include "collect/collector.h"

#include <algorithm>
#include <iterator>

#include "base/log.h"

namespace headgate::collect {
namespace {

constexpr std::size_t kReadBytes = 256U << 10U;
constexpr std::size_t kReadBytesMin = 16U << 10U;
constexpr std::chrono::seconds kPauseAfterError{1};
constexpr std::chrono::milliseconds kReadAgain{100};  // a file that cannot be read now
constexpr std::chrono::milliseconds kLookAgain{1000};
constexpr std::chrono::milliseconds kMeasureInterval{1000};
constexpr SteadyTime kNever = kLongAgo;
constexpr SteadyTime kWhenChanged = SteadyTime::max();

// All buffers can be written to the spool at once, so a small spool has small buffers.
std::size_t buffers_for(std::uint64_t spool_bytes_max) {
  constexpr std::uint64_t kLeast = 256U << 10U;
  constexpr std::uint64_t kMost = 1ULL << 40U;
  return static_cast<std::size_t>(std::clamp(spool_bytes_max / 8, kLeast, kMost));
}

}  // namespace

Result<std::unique_ptr<Collector>> Collector::open(Deps deps, CollectorOptions options) {
  TRY_IN("pod logs", deps.logs().list(options.pod_logs));
  MultilinePatterns patterns = TRY_IN("multiline", MultilinePatterns::make(options.multiline_patterns));
  Checkpoints checkpoints = TRY(Checkpoints::open(deps.disk, options.data_directory));
  Spool spool = TRY(Spool::open(deps.disk,
                                {.directory = options.data_directory + "/spool",
                                 .bytes_max = options.spool_bytes_max,
                                 .free_bytes_min = options.spool_free_bytes_min},
                                checkpoints.highest_sequence()));
  // The spool directory itself: an earlier agent may have created it and stopped before it was synced, and a
  // power loss would take it with everything in it.
  TRY_IN("spool", deps.disk.sync_directory(options.data_directory));
  auto collector = std::unique_ptr<Collector>(
      new Collector(deps, std::move(options), std::move(patterns), std::move(checkpoints), std::move(spool)));
  TRY(collector->check_packed_keys());
  collector->meters_.dropped.add(collector->spool_.take_lines_aside());
  for (const std::uint64_t sequence : collector->spool_.sequences()) {
    const SealedBatch batch = TRY(open_sealed_batch(deps.disk, collector->spool_.directory(), sequence));
    collector->checkpoints_.note_sealed(batch.manifest());
    collector->batches_.note_sealed(sequence);
    const auto fields = collector->options_.key_template.parse_key(batch.manifest().key);
    collector->shares_.add_sealed(sequence, fields.ok() ? fields->tenant : TenantId(),
                                  batch.manifest().object_bytes);
    log::debug("batch_resumed", "A sealed batch of an earlier run was found in the spool and will be stored.",
               {{"key", batch.manifest().key.view()}, {"sequence", sequence}});
  }
  return collector;
}

Collector::Collector(Deps deps, CollectorOptions options, MultilinePatterns patterns, Checkpoints checkpoints,
                     Spool spool)
    : deps_(deps),
      options_(std::move(options)),
      meters_(deps.metrics),
      checkpoints_(std::move(checkpoints)),
      spool_(std::move(spool)),
      shares_(deps.metrics),
      batches_(
          {.clock = deps.clock,
           .random = deps.random,
           .spool = spool_,
           .shares = shares_,
           .checkpoints = checkpoints_,
           .metrics = deps.metrics},
          {.cluster = options_.cluster,
           .node = options_.node,
           .key_template = options_.key_template,
           .batch = options_.batch,
           .open_max = options_.batches_open_max,
           .buffers_bytes_max = std::min(options_.buffers_bytes_max, buffers_for(options_.spool_bytes_max)),
           .compressors_max = options_.compressors_max,
           .small_bytes_per_second = options_.thorough_bytes_per_second}),
      follower_({.clock = deps.clock,
                 .kube = deps.kube,
                 .logs = deps.logs(),
                 .decompressors = decompressors_,
                 .checkpoints = checkpoints_,
                 .spool = spool_,
                 .batches = batches_,
                 .meters = meters_,
                 .said = said_},
                {.admission = options_.admission,
                 .policy = options_.policy,
                 .policies = options_.policies,
                 .tail = {.record_bytes_max = options_.record_bytes_max,
                          .quiet_min = options_.quiet_min,
                          .joining = options_.multiline,
                          .time_window = options_.time_window,
                          .record_wait_max = options_.record_wait_max,
                          .links = deps.links},
                 .changes_interval = options_.scan_interval},
                std::move(patterns)),
      buffer_(std::max(kReadBytes, options_.record_bytes_max / 4)),
      scanned_at_(kNever),
      next_scan_at_(kNever),
      next_due_at_(kNever),
      measured_at_(kNever),
      paused_until_(kNever) {}

Collector::~Collector() = default;

// Before anything is read: a key template without the node's place cannot make keys of packed objects.
Result<> Collector::check_packed_keys() {
  bool is_any_packed = options_.policy.partition == Partition::Tenant;
  for (const auto& [name, policy] : options_.policies) {
    is_any_packed = is_any_packed || policy.partition == Partition::Tenant;
  }
  if (is_any_packed)
    TRY_IN("partition by tenant", batches_.key_of({.namespace_name = Namespace("namespace")}));
  return {};
}

Result<bool> Collector::turn(Deadline read_until) {
  const SteadyTime now = deps_.clock.steady();
  if (!unconfirmed_.empty()) TRY(confirm({}));
  if (now < paused_until_) return false;
  auto turned = [&]() -> Result<bool> {
    take_events(now);
    take_changes(now);
    if (now >= next_scan_at_) TRY(scan(now));
    const bool is_due = now >= next_due_at_;
    const bool did_read = is_due && TRY(read_all(now, read_until));
    if (is_due || now >= batches_.next_due_at()) TRY(batches_.seal_due(deps_.clock.steady()));
    return did_read;
  }();
  if (now - measured_at_ >= kMeasureInterval || measured_at_ == kNever) measure(now);
  if (!turned.ok()) {
    paused_until_ = now + kPauseAfterError;
    read_everything_again();
  }
  return turned;
}

// After an error, because the lines of discarded batches are to be read again. Other containers have nothing
// new.
void Collector::read_everything_again() {
  for (auto& [id, followed] : follower_.containers()) followed.read_at = kNever;
  next_due_at_ = kNever;
}

void Collector::take_events(SteadyTime now) {
  if (deps_.events == nullptr) return;
  const FileEvents::Changes changes = deps_.events->take();
  if (changes.is_overflown) next_scan_at_ = kNever;
  for (const FileEvents::Changed& changed : changes.directories) {
    const auto known = follower_.find(changed.directory);
    if (known != follower_.containers().end()) {
      Followed& followed = known->second;
      if (changed.are_contents_changed) followed.read_at = now;
      if (changed.are_names_changed) followed.look_at = now;
      next_due_at_ = kNever;
    } else if (changed.are_names_changed) {
      // A new or deleted pod or container. It waits a little, because they come in groups.
      next_scan_at_ = std::min(next_scan_at_, scanned_at_ + options_.scan_interval);
    }
  }
}

Result<> Collector::scan(SteadyTime now) {
  const Scan scan = TRY(scan_pod_logs(deps_.logs(), deps_.events, options_.pod_logs));
  scanned_at_ = now;
  must_scan_soon_ = false;
  note_unreadable(scan, now);
  note_refused(scan, now);
  if (checkpoints_.is_fresh()) TRY(begin_first_run(scan));
  std::set<ContainerKey> present;
  for (const SeenContainer& seen : scan.containers) {
    present.emplace(seen.pod, seen.container);
    if (seen.is_whole) see(seen, now);
  }
  see_reselected(now);
  // Files below a directory that cannot be listed now are not gone.
  const bool is_whole = scan.retryable == 0;
  for (auto& [id, followed] : follower_.containers()) {
    if (!is_whole || present.contains(id) || is_below(followed.directory, scan.hidden)) continue;
    followed.tail->files().see_nothing();
    followed.read_at = now;
    next_due_at_ = kNever;
  }
  bound_deleted(now);
  if (is_whole) drop_done(scan, present);
  const bool is_polling =
      deps_.events == nullptr || !is_whole || must_scan_soon_ || scan.has_links || follower_.undecided() > 0;
  next_scan_at_ = now + (is_polling ? options_.scan_interval : options_.idle_scan_interval);
  return {};
}

// Where reading starts is decided and stored before anything is read. Pods that the cluster reports later,
// and an agent that is restarted, use what was there now.
Result<> Collector::begin_first_run(const Scan& scan) {
  if (options_.start_at == Start::End) TRY(pass_over(deps_.logs(), scan, checkpoints_, 0));
  return checkpoints_.store();
}

// A file or directory that cannot be read fails again at each listing. The error names it.
void Collector::note_unreadable(const std::vector<Error>& unreadable, SteadyTime now) {
  for (const Error& error : unreadable) {
    meters_.errors.add();
    if (const auto times = said_.happened(error.what, now)) {
      log::warn("log_file_unreadable",
                "A log file or directory cannot be read. It is tried again at each scan, and logged at most "
                "once an hour.",
                {{"error", error.what}, {"times", *times}});
    }
  }
}

void Collector::note_unreadable(const Scan& scan, SteadyTime now) {
  note_unreadable(scan.unreadable, now);
  if (!scan.unwatched || deps_.events == nullptr) return;
  deps_.events = nullptr;
  log::warn("log_directories_not_watched",
            "Changes in the log directories cannot be watched, so the directories are listed at intervals. "
            "The node's inotify limits may be too low.",
            {{"error", scan.unwatched->what}, {"interval_ms", options_.scan_interval.count()}});
}

void Collector::note_refused(const Scan& scan, SteadyTime now) {
  meters_.refused.set(static_cast<double>(scan.refused.count));
  if (scan.refused.count == 0 || !said_.happened("refused names", now)) return;
  log::warn("log_files_refused",
            "Some entries among the pods' logs are not opened, because they could make the agent read other "
            "files. Find out who created these links or files.",
            {{"count", scan.refused.count}, {"example", scan.refused.example}});
}

void Collector::take_changes(SteadyTime now) {
  const Follower::Changes changes = follower_.take_changes(now);
  if (changes.is_any_due) next_due_at_ = kNever;
  if (changes.is_any_selected) next_scan_at_ = now;
}

void Collector::see_reselected(SteadyTime now) {
  const Follower::Reselected reselected = follower_.follow_reselected(now);
  must_scan_soon_ = must_scan_soon_ || reselected.is_postponed;
  for (const auto& [seen, followed] : reselected.containers) see_files(*followed, seen, now);
}

void Collector::see(const SeenContainer& seen, SteadyTime now) {
  Followed* followed = follower_.follow(seen, now);
  if (followed != nullptr) see_files(*followed, seen, now);
}

void Collector::see_files(Followed& followed, const SeenContainer& seen, SteadyTime now) {
  const std::size_t left = options_.open_files_max - std::min(open_files_, options_.open_files_max);
  const LogFileSet::ScanResult result = followed.tail->files().see(seen, checkpoints_, left);
  meters_.dropped.add(followed.tail->files().take_files_lost());
  note_lost_behind_links(followed, followed.tail->files().take_lost_behind_links(), now);
  count_open(followed);
  note_unreadable(result.unreadable, now);
  const auto wait = left == 0 ? kLookAgain : kReadAgain;  // for files to be closed, or to stop moving
  followed.look_at = result.is_stale ? now + wait : kWhenChanged;
  if (followed.tail->files().has_unread() || followed.tail->is_waiting() ||
      followed.tail->files().is_polled())
    followed.read_at = now;
  next_due_at_ = std::min({next_due_at_, followed.read_at, followed.look_at});
}

void Collector::look_again(const ContainerKey& id, Followed& followed, SteadyTime now) {
  Scan scan;
  scan_container(deps_.logs(), id.first, id.second, followed.directory, scan);
  const bool is_seen = scan.retryable == 0 && !scan.containers.empty();
  followed.look_at = is_seen ? kWhenChanged : now + kLookAgain;
  note_unreadable(scan, now);
  for (const SeenContainer& seen : scan.containers) {
    if (seen.is_whole) see(seen, now);
  }
}

void Collector::drop_done(const Scan& scan, const std::set<ContainerKey>& present_containers) {
  Follower::Containers& containers = follower_.containers();
  for (auto container = containers.begin(); container != containers.end();) {
    const Followed& followed = container->second;
    const bool is_over = followed.tail->files().is_done() && !followed.slot().holds_lines();
    if (is_over) meters_.dropped.add(followed.tail->files().take_all_lost());
    container = is_over ? unfollow(container) : std::next(container);
  }

  Checkpoints::Present present{.hidden = scan.hidden};
  for (const SeenContainer& seen : scan.containers) {
    Checkpoints::Present::Beginnings& beginnings = present.directories[seen.directory];
    const auto followed = follower_.find(seen.directory);
    if (seen.files.empty() && !seen.has_hidden) beginnings.emplace();
    if (seen.is_whole && !seen.has_hidden && followed != containers.end())
      beginnings = followed->second.tail->files().beginnings();
    for (const SeenFile& file : seen.files) present.files.insert(file.stat.id);
  }
  checkpoints_.forget_absent(present);
  if (scan.hidden.empty()) meters_.undecided_lost.add(follower_.forget_absent(present_containers));
}

Result<bool> Collector::read_all(SteadyTime now, Deadline read_until) {
  room_ = TRY(spool_.room());
  spool_bytes_ = spool_.bytes();
  is_full_ = room_ == 0;
  if (is_full_) {
    if (spool_.is_full_of_open()) TRY(batches_.seal_all());
    look_while_full(now);
    return false;
  }
  bool did_read = false;
  SteadyTime next_due_at = kWhenChanged;
  for (auto& [id, followed] : follower_.containers()) {
    if (read_until.passed(deps_.clock.steady())) return false;  // next_due_at_ stays: nothing is forgotten
    if (followed.look_at <= now) look_again(id, followed, now);
    if (followed.read_at <= now && !TRY(waits_for_room(followed, now)) && TRY(read_one(followed, now)))
      did_read = true;
    next_due_at = std::min({next_due_at, followed.read_at, followed.look_at});
  }
  next_due_at_ = next_due_at;
  TRY(finish_ending(now));
  return did_read;
}

// None of its files has to be waited for: all lines that they hold can be sealed, and each file is then found
// again by what its batch covers.
bool Collector::is_at_end(const Followed& followed, const ContainerTail::Read& read) const {
  return followed.is_ending && !read.more && !read.must_wait && !read.must_look &&
         followed.look_at == kWhenChanged && !followed.tail->is_waiting();
}

Result<> Collector::finish_ending(SteadyTime now) {
  if (!follower_.is_any_ending()) return {};
  Result<> sealed = seal_ending(now);
  if (!sealed.ok()) {  // what was read is read again, so no file is at its end
    for (auto& [id, followed] : follower_.containers()) followed.is_at_end = false;
    return sealed;
  }
  Follower::Containers& containers = follower_.containers();
  for (auto container = containers.begin(); container != containers.end();) {
    if (!container->second.is_at_end) {
      ++container;
      continue;
    }
    const ContainerKey id = container->first;
    const std::string directory = container->second.directory;
    container = unfollow(container);
    look_anew(id, directory, now);
  }
  see_reselected(now);
  if (must_scan_soon_) next_scan_at_ = std::min(next_scan_at_, now + options_.scan_interval);
  return {};
}

void Collector::look_anew(const ContainerKey& id, const std::string& directory, SteadyTime now) {
  Scan scan;
  scan_container(deps_.logs(), id.first, id.second, directory, scan);
  note_unreadable(scan, now);
  must_scan_soon_ = must_scan_soon_ || scan.retryable > 0;
  for (const SeenContainer& seen : scan.containers) {
    if (seen.is_whole) see(seen, now);
  }
}

// Containers that end together share their last batches.
Result<> Collector::seal_ending(SteadyTime now) {
  for (auto& [id, followed] : follower_.containers()) {
    if (!followed.is_at_end || !followed.tail->holds()) continue;
    TRY(take_held(followed, followed.tail->end_held(batches_.batch_at(followed.batch, now))));
    TRY(batches_.filled(followed.batch.place));
  }
  for (auto& [id, followed] : follower_.containers()) {
    if (followed.is_at_end && followed.slot().holds_lines())
      TRY(batches_.seal(followed.batch.place, "pod changed"));
  }
  return {};
}

Follower::Containers::iterator Collector::unfollow(Follower::Containers::iterator container) {
  const Followed& followed = container->second;
  held_bytes_.change(followed.tenant, followed.held_bytes, 0);
  open_bytes_.change(followed.tenant, followed.open_bytes, 0);
  open_files_ -= followed.open_files;
  return follower_.unfollow(container);
}

// The tenant of the container uses its share of the spool. Its open batches are sealed if no upload of its
// sealed ones could free space.
Result<bool> Collector::waits_for_room(Followed& followed, SteadyTime now) {
  if (!shares_.is_held_back(followed.tenant, room_now(), now)) return false;
  followed.read_at = now + kReadAgain;
  if (shares_.is_all_open(followed.tenant)) TRY(batches_.seal_all_of(followed.tenant));
  return true;
}

// Buffers in memory will be written to the spool too.
std::uint64_t Collector::room_now() const {
  const std::uint64_t added = spool_.bytes() - std::min(spool_.bytes(), spool_bytes_);
  return room_ - std::min<std::uint64_t>(room_, added + batches_.buffered_bytes());
}

Result<bool> Collector::read_one(Followed& followed, SteadyTime now) {
  const bool has_files_left = followed.open_files > 0 || open_files_ < options_.open_files_max;
  if (!has_files_left || !batches_.find_slot(followed.batch, *followed.tail)) {
    followed.read_at = now + kReadAgain;
    return false;
  }
  // While little space is free, no single read uses much of it.
  const std::uint64_t most = std::clamp<std::uint64_t>(room_now() / 8, kReadBytesMin, buffer_.size());
  const Result<ContainerTail::Read> read =
      followed.tail->read(std::span(buffer_).first(most), batches_.batch_at(followed.batch, now), now);
  if (!read.ok()) {
    batches_.give_up(followed.batch.place, read.error());
    return read.error();
  }
  note_unreadable(read->unreadable, now);
  count(read->counts);
  count_open(followed);
  followed.read_at = read->more                                                          ? now
                     : read->must_wait                                                   ? now + kReadAgain
                     : followed.tail->is_waiting() || followed.tail->files().is_polled() ? now + kLookAgain
                                                                                         : kWhenChanged;
  const bool is_to_look = read->must_look && followed.look_at == kWhenChanged;
  if (is_to_look) followed.look_at = now;
  followed.is_at_end = is_at_end(followed, *read);
  count_held(followed);
  followed.read_at = std::min(followed.read_at, followed.tail->held_until());
  TRY(batches_.filled(followed.batch.place));
  TRY(bound_held(now));
  return read->more || is_to_look;
}

void Collector::count(const ReadCounts& counts) {
  meters_.bytes.add(counts.bytes);
  meters_.lines.add(counts.records);
  meters_.joined.add(counts.joined);
  meters_.damaged.add(counts.damaged);
  meters_.split.add(counts.split);
  meters_.times_ignored.add(counts.times_ignored);
  meters_.truncated.add(counts.truncations);
  meters_.archives_damaged.add(counts.archives_damaged);
  meters_.dropped.add(counts.files_lost);
  meters_.foreign.add(counts.files_foreign);
}

void Collector::count_open(Followed& followed) {
  open_files_ += followed.tail->files().open_files() - followed.open_files;
  followed.open_files = followed.tail->files().open_files();
}

// The container that holds most, of the tenant that holds most, delivers first. So a tenant with many
// unfinished or long records does not split the records of others.
Result<> Collector::bound_held(SteadyTime now) {
  while (held_bytes_.total() > options_.held_bytes_max) {
    Followed* const largest = largest_holder(held_bytes_, &Followed::held_bytes);
    const std::size_t before = held_bytes_.total();
    TRY(take_held(*largest, largest->tail->end_held(batches_.batch_at(largest->batch, now))));
    TRY(batches_.filled(largest->batch.place));
    if (held_bytes_.total() >= before) break;
  }
  while (open_bytes_.total() > options_.open_bytes_max) {
    Followed* const largest = largest_holder(open_bytes_, &Followed::open_bytes);
    const std::size_t before = open_bytes_.total();
    TRY(take_held(*largest, largest->tail->give_open(batches_.batch_at(largest->batch, now))));
    TRY(batches_.filled(largest->batch.place));
    if (open_bytes_.total() >= before) break;
  }
  return {};
}

FollowedContainer* Collector::largest_holder(const HeldBytes& bytes, Held held) {
  const TenantId& tenant = bytes.largest();
  Followed* largest = nullptr;
  for (auto& [id, followed] : follower_.containers()) {
    if (followed.tenant == tenant && (largest == nullptr || followed.*held > largest->*held))
      largest = &followed;
  }
  CHECK(largest != nullptr);
  return largest;
}

void Collector::count_held(Followed& followed) {
  held_bytes_.change(followed.tenant, followed.held_bytes, followed.tail->held_bytes());
  followed.held_bytes = followed.tail->held_bytes();
  open_bytes_.change(followed.tenant, followed.open_bytes, followed.tail->open_bytes());
  followed.open_bytes = followed.tail->open_bytes();
}

Result<> Collector::take_held(Followed& followed, const Result<ReadCounts>& taken) {
  if (!taken.ok()) {
    batches_.give_up(followed.batch.place, taken.error());
    return taken.error();
  }
  count(*taken);
  count_held(followed);
  return {};
}

Result<> Collector::seal_to_leave() {
  for (auto& [id, followed] : follower_.containers()) {
    if (followed.tail->open_bytes() == 0 || !batches_.find_slot(followed.batch, *followed.tail)) continue;
    Batch& batch = batches_.batch_at(followed.batch, deps_.clock.steady());
    // Held lines are older than open pieces.
    Result<> taken = take_held(followed, followed.tail->end_held(batch));
    if (taken.ok()) taken = take_held(followed, followed.tail->give_open(batch));
    if (taken.ok()) taken = batches_.filled(followed.batch.place);
    if (!taken.ok()) {
      read_everything_again();
      return taken;
    }
  }
  return seal_all();
}

Result<> Collector::seal_all() {
  const auto seal = [this]() -> Result<> {
    for (auto& [id, followed] : follower_.containers()) {
      if (!followed.tail->holds()) continue;
      Batch& batch = batches_.batch_at(followed.batch, deps_.clock.steady());
      TRY(take_held(followed, followed.tail->end_held(batch)));
      TRY(batches_.filled(followed.batch.place));
    }
    return batches_.seal_all();
  };
  Result<> sealed = seal();
  if (!sealed.ok()) read_everything_again();
  return sealed;
}

Result<> Collector::confirm(std::vector<BatchManifest> stored) {
  for (BatchManifest& batch : stored) unconfirmed_.push_back(std::move(batch));
  for (const BatchManifest& batch : unconfirmed_) checkpoints_.confirm(batch);
  TRY(checkpoints_.store());
  while (!unconfirmed_.empty()) {
    TRY(spool_.remove(unconfirmed_.back().sequence));
    shares_.remove_sealed(unconfirmed_.back().sequence);
    unconfirmed_.pop_back();
  }
  return {};
}

Result<> Collector::set_aside(std::uint64_t sequence) {
  TRY(spool_.set_aside(sequence));
  shares_.remove_sealed(sequence);
  meters_.dropped.add(spool_.take_lines_aside());
  return {};
}

void Collector::measure(SteadyTime now) {
  measured_at_ = now;
  bound_open_files();
  const Timestamp wall = deps_.clock.now();
  std::chrono::nanoseconds lag{0};
  std::uint64_t unread = 0;
  for (const auto& [id, followed] : follower_.containers()) {
    const std::uint64_t behind = followed.tail->files().unread_bytes();
    unread = std::max(unread, behind);
    if (behind > 0) lag = std::max(lag, wall - followed.tail->read_until());
  }
  meters_.unread.set(static_cast<double>(unread));
  meters_.lag_seconds.set(std::chrono::duration<double>(lag).count());
  meters_.polling.set(deps_.events == nullptr ? 1 : 0);
  meters_.files.set(static_cast<double>(open_files_));
  meters_.files_max.set(static_cast<double>(options_.open_files_max));
  meters_.buffered_bytes.set(static_cast<double>(batches_.buffered_bytes()));
  meters_.held_bytes.set(static_cast<double>(held_bytes_.total() + open_bytes_.total()));
  meters_.containers.set(static_cast<double>(follower_.containers().size()));
  meters_.undecided.set(static_cast<double>(follower_.undecided()));
  meters_.open_batches.set(static_cast<double>(batches_.open_count()));
  meters_.sharing.set(static_cast<double>(batches_.sharing()));
  shares_.measure();
  meters_.spool_bytes.set(static_cast<double>(spool_.bytes()));
  meters_.spool_full.set(is_full_ ? 1 : 0);
  meters_.spool_damaged.set(static_cast<double>(spool_.damaged()));
}

}  // namespace headgate::collect
