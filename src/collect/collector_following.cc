// Which containers the collector follows, on which terms, and how it takes up other ones.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "collect/collector.h"

namespace headgate::collect {

Collector::Followed* Collector::follow(const SeenContainer& seen, SteadyTime now) {
  const ContainerKey id(seen.pod, seen.container);
  const auto known = containers_.find(id);
  if (known != containers_.end()) return &known->second;
  if (seen.files.empty()) return nullptr;

  std::optional<CollectionSettings> settings = admission_.ask(id, now);
  if (!settings) {
    meters_.undecided_lost.add(admission_.see_waiting(seen));
    return nullptr;
  }
  if (settings->wanted != CollectionSettings::Wanted::Yes) {
    // One that nobody selected yet is read from its begin once it is: its namespace may only be known later
    // than the pod. Not so what was collected before, or says of itself that it is not to be.
    if (settings->wanted == CollectionSettings::Wanted::Excluded ||
        checkpoints_.has_collected(seen.directory))
      admission_.leave_out(id);
    return nullptr;
  }
  if (admission_.is_left_out(id)) {
    returning_.push_back({.seen = seen, .settings = std::move(*settings)});
    return nullptr;
  }
  return begin_following(seen, std::move(*settings), now);
}

// What was written while they were not wanted is never delivered, whatever happens from here on: before any
// of them is read, the checkpoints say so, in one write for all.
void Collector::take_back_returning(SteadyTime now) {
  std::vector<Returning> returning = std::exchange(returning_, {});
  const auto warn_of = [&](const SeenContainer& seen, const Error& error) {
    must_scan_soon_ = true;
    const auto times = said_.happened("pass over " + seen.directory, now);
    if (!times) return;
    log::warn("excluded_lines_not_skipped",
              "The lines that a pod wrote while it was excluded cannot be skipped yet. The pod is collected "
              "once they are.",
              {{"namespace", seen.pod.namespace_name.view()},
               {"pod", seen.pod.pod.view()},
               {"error", error.what},
               {"times", *times}});
  };
  std::erase_if(returning, [&](const Returning& one) {
    const Result<> passed_over =
        pass_over(deps_.logs(), {.containers = {one.seen}}, checkpoints_, spool_.take_sequence());
    if (!passed_over.ok()) warn_of(one.seen, passed_over.error());
    return !passed_over.ok();
  });
  if (returning.empty()) return;
  if (const Result<> stored = checkpoints_.store(); !stored.ok()) {
    for (const Returning& one : returning) warn_of(one.seen, stored.error());
    return;
  }
  for (Returning& one : returning) {
    Followed* followed = begin_following(one.seen, std::move(one.settings), now);
    if (followed != nullptr) see_files(*followed, one.seen, now);
  }
}

Collector::Followed* Collector::begin_following(const SeenContainer& seen, CollectionSettings settings,
                                                SteadyTime now) {
  admission_.admit(ContainerKey(seen.pod, seen.container));
  if (settings.is_guess) meters_.guessed.add();
  if (settings.is_tenant_refused) {
    meters_.errors.add();
    if (const auto times = said_.happened("label " + seen.pod.namespace_name.str(), now)) {
      log::warn(
          "tenant_label_invalid",
          "A label does not name a valid tenant, so the namespace's name is used as the tenant. Correct the "
          "label.",
          {{"namespace", seen.pod.namespace_name.view()}, {"pod", seen.pod.pod.view()}, {"times", *times}});
    }
  }
  const std::optional<BatchKey> pod_key = pod_key_of(seen, settings, now);
  if (!pod_key) return nullptr;
  const BatchPolicy& policy = policy_of(seen.pod.namespace_name);
  const RecordFrame frame({.namespace_name = pod_key->namespace_name.view(),
                           .application = pod_key->application.view(),
                           .pod_name = pod_key->pod.view(),
                           .container_name = seen.container.view()});
  const auto added = containers_.try_emplace(ContainerKey(seen.pod, seen.container)).first;
  Followed& followed = added->second;
  followed.directory = seen.directory;
  followed.tail = std::make_unique<ContainerTail>(
      deps_.logs(), decompressors_,
      RecordOrigin{.source = {.application = pod_key->application, .pod = pod_key->pod}, .frame = frame},
      ContainerTail::Options{.record_bytes_max = options_.record_bytes_max,
                             .quiet_min = options_.quiet_min,
                             .joining = joining_of(seen, settings.multiline, now),
                             .time_window = options_.time_window,
                             .record_wait_max = options_.record_wait_max,
                             .links = deps_.links});
  followed.runs_ended = deps_.kube.runs_ended(seen.pod, seen.container);
  followed.tail->files().note_runs_ended(followed.runs_ended);
  followed.settings = std::move(settings);
  const BatchKey key = policy.partition == Partition::Pod
                           ? *pod_key
                           : BatchKey{.namespace_name = seen.pod.namespace_name, .tenant = pod_key->tenant};
  followed.batch = batches_.join(key, policy, *followed.tail);
  followed.tenant = key.owner();
  by_directory_[seen.directory] = added;
  return &followed;
}

RecordJoiner::Options Collector::joining_of(const SeenContainer& seen, const std::string& pattern,
                                            SteadyTime now) {
  RecordJoiner::Options joining = options_.multiline;
  joining.pattern = pattern.empty() ? nullptr : patterns_.find(pattern);
  if (!pattern.empty() && joining.pattern == nullptr) {
    meters_.errors.add();
    const std::string subject = "pattern " + seen.pod.namespace_name.str() + " " + pattern;
    if (const auto times = said_.happened(subject, now)) {
      log::warn("multiline_pattern_unknown",
                "A pod's label names a multiline pattern that does not exist, so its lines are not joined. "
                "Correct the label, or add the pattern to collect.multiline.patterns.",
                {{"namespace", seen.pod.namespace_name.view()},
                 {"pod", seen.pod.pod.view()},
                 {"pattern", pattern},
                 {"times", *times}});
    }
  }
  return joining;
}

const BatchPolicy& Collector::policy_of(const Namespace& name) const {
  const auto found = options_.policies.find(name);
  return found == options_.policies.end() ? options_.policy : found->second;
}

// Empty when no object key can be made of its names.
std::optional<BatchKey> Collector::pod_key_of(const SeenContainer& seen, const CollectionSettings& settings,
                                              SteadyTime now) {
  BatchKey key{.namespace_name = seen.pod.namespace_name,
               .application = settings.application,
               .pod = seen.pod.pod,
               .tenant = settings.tenant};
  if (batches_.key_of(key).ok()) return key;
  key.application = Application("unknown");
  const Result<ObjectKey> made = batches_.key_of(key);
  if (made.ok()) return key;
  meters_.errors.add();
  if (const auto times = said_.happened("no key " + seen.directory, now)) {
    log::error("pod_names_invalid", "A pod's names cannot form an object key, so its logs are not collected.",
               {{"namespace", key.namespace_name.view()},
                {"pod", key.pod.view()},
                {"error", made.error().what},
                {"times", *times}});
  }
  return std::nullopt;
}

void Collector::take_up_changes(SteadyTime now) {
  if (changes_taken_at_ != kLongAgo && now - changes_taken_at_ < options_.scan_interval) return;
  if (!admission_.take_changes()) return;
  changes_taken_at_ = now;
  for (auto& [id, followed] : containers_) {
    note_runs_ended(id, followed, now);
    if (followed.leaving != Followed::Leaving::No)
      continue;  // what it says then is asked for when it has left
    const std::optional<CollectionSettings> settings = admission_.settings_now(id);
    if (settings && *settings != followed.settings) begin_leaving(id, followed, *settings, now);
  }
  if (admission_.is_any_wanted()) next_scan_at_ = now;
}

void Collector::note_runs_ended(const ContainerKey& id, Followed& followed, SteadyTime now) {
  const std::uint32_t runs = deps_.kube.runs_ended(id.first, id.second);
  if (std::exchange(followed.runs_ended, runs) == runs) return;
  followed.tail->files().note_runs_ended(runs);
  followed.read_at = now;
  next_due_at_ = kLongAgo;
}

void Collector::begin_leaving(const ContainerKey& id, Followed& followed, const CollectionSettings& settings,
                              SteadyTime now) {
  const bool is_wanted = settings.wanted == CollectionSettings::Wanted::Yes;
  if (is_wanted) {
    log::info("pod_settings_changed",
              "A pod's labels changed. Lines that it writes from now on follow the new labels.",
              {{"namespace", id.first.namespace_name.view()},
               {"pod", id.first.pod.view()},
               {"container", id.second.view()}});
  } else {
    log::info("pod_excluded",
              "A pod is no longer selected. Lines that it writes from now on are not collected.",
              {{"namespace", id.first.namespace_name.view()},
               {"pod", id.first.pod.view()},
               {"container", id.second.view()}});
    // Of what was only taken for wanted, nothing more.
    followed.tail->end_after(followed.settings.is_guess ? Timestamp() : deps_.clock.now());
    admission_.leave_out(id);
  }
  followed.leaving = is_wanted ? Followed::Leaving::ToReturn : Followed::Leaving::ForGood;
  ++leaving_;
  followed.look_at = now;
  followed.read_at = now;
  next_due_at_ = kLongAgo;
}

// Nothing of its files has to be waited for: all that they say can be sealed, and is found again by that.
bool Collector::is_at_end(const Followed& followed, const ContainerTail::Read& read) const {
  return followed.leaving != Followed::Leaving::No && !read.more && !read.must_wait && !read.must_look &&
         followed.look_at == SteadyTime::max() && !followed.tail->is_waiting();
}

Result<> Collector::finish_leaving(SteadyTime now) {
  if (leaving_ == 0) return {};
  Result<> sealed = seal_leaving(now);
  if (!sealed.ok()) {  // what was read is read again
    for (auto& [id, followed] : containers_) followed.is_at_end = false;
    return sealed;
  }
  for (auto container = containers_.begin(); container != containers_.end();) {
    if (!container->second.is_at_end) {
      ++container;
      continue;
    }
    const ContainerKey id = container->first;
    const std::string directory = container->second.directory;
    container = drop(container);
    look_anew(id, directory, now);
  }
  take_back_returning(now);
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

// All that leave at a time share their last batches.
Result<> Collector::seal_leaving(SteadyTime now) {
  for (auto& [id, followed] : containers_) {
    if (!followed.is_at_end || !followed.tail->holds()) continue;
    TRY(take_held(followed, followed.tail->end_held(batches_.batch_at(followed.batch, now))));
    TRY(batches_.filled(followed.batch.place));
  }
  for (auto& [id, followed] : containers_) {
    if (followed.is_at_end && followed.slot().holds_lines())
      TRY(batches_.seal(followed.batch.place, "pod changed"));
  }
  return {};
}

Collector::Containers::iterator Collector::drop(Containers::iterator container) {
  const Followed& followed = container->second;
  held_bytes_.change(followed.tenant, followed.held_bytes, 0);
  open_bytes_.change(followed.tenant, followed.open_bytes, 0);
  open_files_ -= followed.open_files;
  leaving_ -= followed.leaving == Followed::Leaving::No ? 0 : 1;
  batches_.leave(followed.batch, *followed.tail);
  by_directory_.erase(followed.directory);
  return containers_.erase(container);
}

}  // namespace headgate::collect
