#include "collect/follower.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "collect/first_start.h"

namespace headgate::collect {

Follower::Follower(Deps deps, Options options, MultilinePatterns patterns)
    : deps_(deps),
      options_(std::move(options)),
      patterns_(std::move(patterns)),
      admission_(deps.kube, options_.admission) {}

Follower::Containers::iterator Follower::find(std::string_view directory) {
  const auto found = by_directory_.find(directory);
  return found == by_directory_.end() ? containers_.end() : found->second;
}

FollowedContainer* Follower::follow(const SeenContainer& seen, SteadyTime now) {
  const ContainerKey id(seen.pod, seen.container);
  const auto known = containers_.find(id);
  if (known != containers_.end()) return &known->second;
  if (seen.files.empty()) return nullptr;

  std::optional<CollectionSettings> settings = admission_.ask(id, now);
  if (!settings) {
    deps_.meters.undecided_lost.add(admission_.see_waiting(seen));
    return nullptr;
  }
  if (settings->wanted != CollectionSettings::Wanted::Yes) {
    // A container that is not selected yet is read from the beginning once it is: its namespace may become
    // known later than the pod. One that was collected before, or that excluded itself, is not.
    if (settings->wanted == CollectionSettings::Wanted::Excluded ||
        deps_.checkpoints.has_collected(seen.directory))
      admission_.exclude(id);
    return nullptr;
  }
  if (admission_.is_excluded(id)) {
    reselected_.push_back({.seen = seen, .settings = std::move(*settings)});
    return nullptr;
  }
  return begin(seen, std::move(*settings), now);
}

// The checkpoints say what is skipped before any of it is read, in one write for all containers.
Follower::Reselected Follower::follow_reselected(SteadyTime now) {
  Reselected result;
  std::vector<Waiting> waiting = std::exchange(reselected_, {});
  std::erase_if(waiting, [&](const Waiting& one) {
    const Result<> skipped =
        pass_over(deps_.logs, {.containers = {one.seen}}, deps_.checkpoints, deps_.spool.take_sequence());
    if (!skipped.ok()) note_not_skipped(one.seen, skipped.error(), now);
    result.is_postponed = result.is_postponed || !skipped.ok();
    return !skipped.ok();
  });
  if (waiting.empty()) return result;
  if (const Result<> stored = deps_.checkpoints.store(); !stored.ok()) {
    for (const Waiting& one : waiting) note_not_skipped(one.seen, stored.error(), now);
    result.is_postponed = true;
    return result;
  }
  for (Waiting& one : waiting) {
    FollowedContainer* followed = begin(one.seen, std::move(one.settings), now);
    if (followed != nullptr) result.containers.push_back({.seen = std::move(one.seen), .followed = followed});
  }
  return result;
}

void Follower::note_not_skipped(const SeenContainer& seen, const Error& error, SteadyTime now) {
  const auto times = deps_.said.happened("pass over " + seen.directory, now);
  if (!times) return;
  log::warn("excluded_lines_not_skipped",
            "The lines that a pod wrote while it was excluded cannot be skipped yet. The pod is collected "
            "once they are.",
            {{"namespace", seen.pod.namespace_name.view()},
             {"pod", seen.pod.pod.view()},
             {"error", error.what},
             {"times", *times}});
}

FollowedContainer* Follower::begin(const SeenContainer& seen, CollectionSettings settings, SteadyTime now) {
  const ContainerKey id(seen.pod, seen.container);
  admission_.admit(id);
  if (settings.is_guess) deps_.meters.guessed.add();
  if (settings.is_tenant_refused) note_refused_label(seen, now);
  const std::optional<BatchKey> pod_key = pod_key_of(seen, settings, now);
  if (!pod_key) return nullptr;
  const BatchPolicy& policy = policy_of(seen.pod.namespace_name);
  const RecordFrame frame({.namespace_name = pod_key->namespace_name.view(),
                           .application = pod_key->application.view(),
                           .pod_name = pod_key->pod.view(),
                           .container_name = seen.container.view()});
  ContainerTail::Options tail = options_.tail;
  tail.joining.pattern = pattern_of(seen, settings.multiline, now);
  const auto added = containers_.try_emplace(id).first;
  FollowedContainer& followed = added->second;
  followed.directory = seen.directory;
  followed.tail = std::make_unique<ContainerTail>(
      deps_.logs, deps_.decompressors,
      RecordOrigin{.source = {.application = pod_key->application, .pod = pod_key->pod}, .frame = frame},
      tail);
  followed.runs_ended = deps_.kube.runs_ended(seen.pod, seen.container);
  followed.tail->files().note_runs_ended(followed.runs_ended);
  followed.settings = std::move(settings);
  const BatchKey key = policy.partition == Partition::Pod
                           ? *pod_key
                           : BatchKey{.namespace_name = seen.pod.namespace_name, .tenant = pod_key->tenant};
  followed.batch = deps_.batches.join(key, policy, *followed.tail);
  followed.tenant = key.owner();
  by_directory_[seen.directory] = added;
  return &followed;
}

void Follower::note_refused_label(const SeenContainer& seen, SteadyTime now) {
  deps_.meters.errors.add();
  if (const auto times = deps_.said.happened("label " + seen.pod.namespace_name.str(), now)) {
    log::warn(
        "tenant_label_invalid",
        "A label does not name a valid tenant, so the namespace's name is used as the tenant. Correct the "
        "label.",
        {{"namespace", seen.pod.namespace_name.view()}, {"pod", seen.pod.pod.view()}, {"times", *times}});
  }
}

const MultilinePattern* Follower::pattern_of(const SeenContainer& seen, const std::string& name,
                                             SteadyTime now) {
  const std::string& pattern = name;
  if (pattern.empty()) return nullptr;
  if (const MultilinePattern* const found = patterns_.find(pattern)) return found;
  deps_.meters.errors.add();
  const std::string subject = "pattern " + seen.pod.namespace_name.str() + " " + pattern;
  if (const auto times = deps_.said.happened(subject, now)) {
    log::warn("multiline_pattern_unknown",
              "A pod's label names a multiline pattern that does not exist, so its lines are not joined. "
              "Correct the label, or add the pattern to collect.multiline.patterns.",
              {{"namespace", seen.pod.namespace_name.view()},
               {"pod", seen.pod.pod.view()},
               {"pattern", pattern},
               {"times", *times}});
  }
  return nullptr;
}

const BatchPolicy& Follower::policy_of(const Namespace& name) const {
  const auto found = options_.policies.find(name);
  return found == options_.policies.end() ? options_.policy : found->second;
}

// Empty when no object key can be made of its names.
std::optional<BatchKey> Follower::pod_key_of(const SeenContainer& seen, const CollectionSettings& settings,
                                             SteadyTime now) {
  BatchKey key{.namespace_name = seen.pod.namespace_name,
               .application = settings.application,
               .pod = seen.pod.pod,
               .tenant = settings.tenant};
  if (deps_.batches.key_of(key).ok()) return key;
  key.application = Application("unknown");
  const Result<ObjectKey> made = deps_.batches.key_of(key);
  if (made.ok()) return key;
  deps_.meters.errors.add();
  if (const auto times = deps_.said.happened("no key " + seen.directory, now)) {
    log::error("pod_names_invalid", "A pod's names cannot form an object key, so its logs are not collected.",
               {{"namespace", key.namespace_name.view()},
                {"pod", key.pod.view()},
                {"error", made.error().what},
                {"times", *times}});
  }
  return std::nullopt;
}

Follower::Changes Follower::take_changes(SteadyTime now) {
  Changes changes;
  if (changes_taken_at_ != kLongAgo && now - changes_taken_at_ < options_.changes_interval) return changes;
  if (!admission_.take_changes()) return changes;
  changes_taken_at_ = now;
  for (auto& [id, followed] : containers_) {
    if (note_runs_ended(id, followed, now)) changes.is_any_due = true;
    if (followed.is_ending) continue;  // the settings that hold by then are asked for when it has ended
    const std::optional<CollectionSettings> settings = admission_.settings_now(id);
    if (!settings || *settings == followed.settings) continue;
    begin_ending(id, followed, *settings, now);
    changes.is_any_due = true;
  }
  changes.is_any_selected = admission_.is_any_wanted();
  return changes;
}

bool Follower::note_runs_ended(const ContainerKey& id, FollowedContainer& followed, SteadyTime now) {
  const std::uint32_t runs = deps_.kube.runs_ended(id.first, id.second);
  if (std::exchange(followed.runs_ended, runs) == runs) return false;
  followed.tail->files().note_runs_ended(runs);
  followed.read_at = now;
  return true;
}

void Follower::begin_ending(const ContainerKey& id, FollowedContainer& followed,
                            const CollectionSettings& settings, SteadyTime now) {
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
    // If it was followed on a guess, no more of it is delivered.
    followed.tail->end_after(followed.settings.is_guess ? Timestamp() : deps_.clock.now());
    admission_.exclude(id);
  }
  followed.is_ending = true;
  ++ending_;
  followed.look_at = now;
  followed.read_at = now;
}

Follower::Containers::iterator Follower::unfollow(Containers::iterator container) {
  const FollowedContainer& followed = container->second;
  if (followed.is_ending) --ending_;
  deps_.batches.leave(followed.batch, *followed.tail);
  by_directory_.erase(followed.directory);
  return containers_.erase(container);
}

}  // namespace headgate::collect
