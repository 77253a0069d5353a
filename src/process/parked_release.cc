#include "process/parked_release.h"

#include <algorithm>

#include "base/log.h"
#include "process/central_objects.h"
#include "process/settlement.h"

namespace headgate::process {
namespace {

constexpr std::chrono::seconds kFollowUpEvery{1};
constexpr std::chrono::seconds kCallMax{30};
// A look costs the ledger in proportion to what is parked: with more of it there are fewer looks.
constexpr std::chrono::milliseconds kPausePerDelivery{50};
constexpr std::chrono::hours kLookForGoneEvery{1};
constexpr std::size_t kGoneMax = 100;  // of one destination, in a turn
// Of one destination: how many deliveries that workers died of are passed over in a turn.
constexpr std::size_t kOfDeathsMax = 100;

constexpr std::string_view kConfiguration = "invalid configuration";

// Of objects whose bytes are damaged (object_delivery.cc).
constexpr std::string_view kObject = "object: ";

// No object has that key: keys end in a file's name.
DeliveryId lease_of(const BucketName& bucket, const TenantId& tenant, const DestinationName& destination) {
  return {.bucket = bucket, .key = ObjectKey("headgate/probe"), .tenant = tenant, .destination = destination};
}

}  // namespace

std::chrono::seconds ParkedRelease::wait_after(std::uint32_t releases) {
  if (releases == 0) return std::chrono::minutes{30};
  return releases == 1 ? std::chrono::hours{2} : std::chrono::hours{24};
}

ParkedRelease::ParkedRelease(Deps deps, Options options)
    : deps_(std::move(deps)),
      options_(std::move(options)),
      parked_(deps_.metrics.gauge("headgate_parked_deliveries", "Deliveries that are parked now")),
      oldest_(deps_.metrics.gauge("headgate_parked_oldest_age_seconds",
                                  "How long the oldest parked delivery has been parked")),
      released_total_(deps_.metrics.counter("headgate_parked_released_total",
                                            "Parked deliveries that were released without a command")),
      failures_(
          deps_.metrics.counter("headgate_parked_failures_total", "Looks at what is parked that failed")) {
  if (deps_.queue != nullptr) {
    replay_.emplace(ParkedReplay::Deps{.clock = deps_.clock,
                                       .random = deps_.random,
                                       .ledger = deps_.ledger,
                                       .central = deps_.central,
                                       .tenants = deps_.tenants,
                                       .queue = *deps_.queue});
  }
}

std::chrono::nanoseconds ParkedRelease::turn(const deliver::Limits& limits) {
  released_ = 0;
  follow_up(limits);
  const SteadyTime now = deps_.clock.steady();
  if (now < next_look_) return std::min<std::chrono::nanoseconds>(next_look_ - now, kFollowUpEvery);
  std::chrono::nanoseconds pause = options_.interval;
  const Result<std::vector<Ledger::ParkedDelivery>> all = look(limits);
  if (!all.ok()) {
    failed(all.error());
  } else {
    pause =
        std::max<std::chrono::nanoseconds>(pause, kPausePerDelivery * static_cast<std::int64_t>(all->size()));
    act(*all, limits);
  }
  next_look_ = deps_.clock.steady() + pause;
  return std::min<std::chrono::nanoseconds>(pause, kFollowUpEvery);
}

// Two for each that was taken: a destination's backlog is through after few rounds, and none of it is sent to
// one that stopped taking it.
void ParkedRelease::follow_up(const deliver::Limits& limits) {
  if (!replay_) return;
  for (const auto& [of, taken] : deps_.shared.recovered.take()) {
    if (limits.is_over(deps_.clock.steady()) || released_ >= options_.releases_max) return;
    const std::size_t count = std::min(2 * taken, options_.releases_of_one_max);
    const Result<tenants::TenantView> tenant = deps_.tenants.of(of.first, call(limits));
    if (!tenant.ok()) return failed(tenant.error());
    const Result<std::vector<Ledger::ParkedDelivery>> next = list_parked(deps_.ledger, DeliveryState::Parked,
                                                                         {.tenant = of.first,
                                                                          .destination = of.second,
                                                                          .from = tenant->objects_since,
                                                                          .count_max = count + kOfDeathsMax},
                                                                         call(limits));
    if (!next.ok()) return failed(next.error());
    Parked parked;
    for (const Ledger::ParkedDelivery& one : *next) {
      // A delivery that workers died of waits for a command: otherwise it would kill one every half an hour.
      if (!one.entry.reason.starts_with(kWorkersDied) && parked.size() < count) parked.push_back(&one);
    }
    if (parked.empty()) continue;
    const Result<> released = release(parked, count, limits);
    if (!released.ok()) failed(released.error());
  }
}

Result<std::vector<Ledger::ParkedDelivery>> ParkedRelease::look(const deliver::Limits& limits) {
  std::vector<Ledger::ParkedDelivery> all =
      TRY(deps_.ledger.list({.count_max = options_.list_max}, call(limits)));
  parked_.set(static_cast<double>(all.size()));
  std::sort(
      all.begin(), all.end(), [](const Ledger::ParkedDelivery& left, const Ledger::ParkedDelivery& right) {
        return std::pair(parked_since(left.entry), left.id) < std::pair(parked_since(right.entry), right.id);
      });
  const std::chrono::duration<double> age =
      all.empty() ? std::chrono::nanoseconds{0} : deps_.clock.now() - parked_since(all.front().entry);
  oldest_.set(std::max(age.count(), 0.0));
  return all;
}

void ParkedRelease::act(const std::vector<Ledger::ParkedDelivery>& all, const deliver::Limits& limits) {
  std::map<Group, Parked> groups;
  for (const Ledger::ParkedDelivery& one : all) {
    if (deps_.central.of(one.id.bucket) == nullptr) continue;
    const bool is_configured =
        one.id.destination != kAnyDestination && !one.entry.reason.starts_with(kConfiguration);
    const bool is_for_someone = one.entry.reason == kOfFormerTenant ||
                                one.entry.reason.starts_with(kWorkersDied) ||
                                (is_configured && one.entry.reason.starts_with(kObject));
    const WaitsFor waits_for = is_for_someone   ? WaitsFor::Someone
                               : !is_configured ? WaitsFor::Configuration
                                                : WaitsFor::Destination;
    groups[{one.id.tenant, one.id.destination, waits_for}].push_back(&one);
  }
  std::erase_if(gone_looked_at_, [&](const auto& looked) { return !groups.contains(looked.first); });
  const std::size_t count = std::min(groups.size(), options_.destinations_max);
  auto group = last_ ? groups.upper_bound(*last_) : groups.begin();
  for (std::size_t looked = 0; looked < count; ++looked, ++group) {
    if (group == groups.end()) group = groups.begin();
    if (limits.is_over(deps_.clock.steady()) || released_ >= options_.releases_max) return;
    last_ = group->first;
    const Result<std::size_t> now_due = due(group->first, group->second, limits);
    Result<> acted = now_due.ok() ? Result<>() : Result<>(now_due.error());
    if (now_due.ok() && *now_due > 0 && replay_) {
      acted = release(group->second, *now_due, limits);
    } else if (now_due.ok()) {
      acted = settle_what_is_gone(group->first, group->second, limits);
    }
    if (!acted.ok()) failed(acted.error());
  }
}

// How many of a destination's deliveries may go now.
Result<std::size_t> ParkedRelease::due(const Group& group, Parked& parked, const deliver::Limits& limits) {
  const tenants::TenantView tenant = TRY(deps_.tenants.of(group.tenant, call(limits)));
  if (group.waits_for == WaitsFor::Someone) return 0;
  if (tenant.objects_since) {
    // What was parked for whoever had the tenant id before is never released.
    const auto former = std::stable_partition(parked.begin(), parked.end(), [&](const auto* one) {
      return parked_since(one->entry) >= *tenant.objects_since;
    });
    TRY(settle_what_is_gone({group.tenant, group.destination, WaitsFor::Someone},
                            Parked(former, parked.end()), limits));
    parked.erase(former, parked.end());
    if (parked.empty()) return 0;
  }
  if (group.destination == kAnyDestination) return tenant.is_known ? options_.releases_of_one_max : 0;
  const bool is_active =
      std::any_of(tenant.active.begin(), tenant.active.end(),
                  [&](const auto& configuration) { return configuration.type == group.destination; });
  if (!is_active) return 0;  // nobody would deliver it
  if (group.waits_for == WaitsFor::Configuration) return options_.releases_of_one_max;
  return TRY(may_probe(group, parked, limits)) ? 1 : 0;
}

// Every release that failed stands in a row. A probe that is still under way does not stand among what is
// parked: its lease tells of it. The next probe is a delivery that was not tried yet, if there is one: what
// is wrong may be with the one that was. It comes first then.
Result<bool> ParkedRelease::may_probe(const Group& group, Parked& parked, const deliver::Limits& limits) {
  if (!replay_) return false;
  std::uint32_t failed_probes = 0;
  Timestamp since = parked.front()->entry.updated_at;
  for (const Ledger::ParkedDelivery* one : parked) {
    if (one->entry.releases == 0) continue;
    since = failed_probes == 0 ? one->entry.updated_at : std::max(since, one->entry.updated_at);
    failed_probes = std::max(failed_probes + 1, one->entry.releases);
  }
  const Timestamp now = deps_.clock.now();
  if (now - since < wait_after(failed_probes)) return false;
  const DeliveryId lease = lease_of(parked.front()->id.bucket, group.tenant, group.destination);
  const LeaseOwner owner("probe-" + deps_.random.uuid());  // of this probe alone
  const Claim claim =
      TRY(deps_.ledger.claim(lease, owner, now, now + wait_after(failed_probes + 1), call(limits)));
  std::stable_sort(parked.begin(), parked.end(), [](const auto* left, const auto* right) {
    return left->entry.releases < right->entry.releases;
  });
  return claim.is_ours;
}

Result<> ParkedRelease::release(const Parked& parked, std::size_t count, const deliver::Limits& limits) {
  ReplayCounts counts;
  for (const Ledger::ParkedDelivery* one : parked) {
    const SteadyTime now = deps_.clock.steady();
    if (counts.deliveries >= count || counts.lost >= kGoneMax) break;
    if (released_ >= options_.releases_max || limits.is_over(now)) break;
    const std::uint64_t deliveries = counts.deliveries;
    const std::uint64_t lost = counts.lost;
    const std::uint64_t left = counts.left;
    TRY(replay_->release(*one, call(limits), counts));
    released_ += counts.deliveries - deliveries;
    released_total_.add(counts.deliveries - deliveries);
    if (counts.lost > lost) count_lost(one->id);
    // Another process is at this destination's: two at once would tell of each object twice.
    if (counts.deliveries == deliveries && counts.lost == lost && counts.left == left) break;
  }
  if (counts.deliveries > 0) {
    const DeliveryId& id = parked.front()->id;
    log::info("parked_deliveries_released",
              "Parked deliveries were released, because the destination can receive them now.",
              {{"tenant", id.tenant.view()},
               {"destination", id.destination.view()},
               {"deliveries", counts.deliveries}});
  }
  return {};
}

// A bucket's lifecycle takes the oldest first.
Result<> ParkedRelease::settle_what_is_gone(const Group& group, const Parked& parked,
                                            const deliver::Limits& limits) {
  const SteadyTime now = deps_.clock.steady();
  const auto looked = gone_looked_at_.find(group);
  if (looked != gone_looked_at_.end() && now - looked->second < kLookForGoneEvery) return {};
  for (std::size_t index = 0; index < std::min(parked.size(), kGoneMax); ++index) {
    if (limits.is_over(deps_.clock.steady())) return {};
    const Ledger::ParkedDelivery& one = *parked[index];
    CentralObjects store(*deps_.central.of(one.id.bucket));
    const Result<ObjectInfo> info = store.head(one.id.key, call(limits));
    if (info.ok()) break;
    if (info.error().fault != Fault::NotFound) return info.error();
    if (TRY(settle_lost(deps_.clock, deps_.ledger, one, call(limits)))) count_lost(one.id);
  }
  gone_looked_at_[group] = now;
  return {};
}

Deadline ParkedRelease::call(const deliver::Limits& limits) const {
  const Deadline one = Deadline::after(deps_.clock.steady(), kCallMax);
  return one.at < limits.until.at ? one : limits.until;
}

void ParkedRelease::count_lost(const DeliveryId& id) {
  deps_.shared.meters.of(id.tenant, id.destination).lost.add();
}

void ParkedRelease::failed(const Error& error) {
  failures_.add();
  if (error.fault == Fault::Stopped) return;
  const auto times = deps_.shared.said.happened("parked: " + error.what, deps_.clock.steady());
  if (!times) return;
  log::warn("parked_deliveries_not_listed",
            "Parked deliveries could not be listed, so they stay parked and are not counted. On AWS a worker "
            "needs dynamodb:Query and dynamodb:Scan on the ledger's index `parked`.",
            {{"error", error.what}, {"times", *times}});
}

}  // namespace headgate::process
