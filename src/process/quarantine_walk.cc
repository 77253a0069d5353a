#include "process/quarantine_walk.h"

#include "deliver/quarantine.h"
#include "model/metadata_text.h"

namespace headgate::process {
namespace {

constexpr std::size_t kPageObjects = 1'000;
constexpr std::chrono::seconds kCallMax{60};

bool is_in_time(const QuarantineFilter& filter, Timestamp at) {
  return (!filter.from || at >= *filter.from) && (!filter.until || at < *filter.until);
}

bool is_asked_for(const QuarantineFilter& filter, const QuarantineKey& key, Timestamp at) {
  if (key.is_redelivered || !is_in_time(filter, at)) return false;
  if (!filter.kinds.empty() && !filter.kinds.contains(key.kind)) return false;
  if (!filter.tenant.empty() && key.tenant != filter.tenant) return false;
  return filter.destination.empty() || key.destination == filter.destination;
}

std::string metadata_of(const ObjectInfo& info, const char* name) {
  const auto found = info.metadata.find(name);
  return found == info.metadata.end() ? std::string() : text_of_metadata(found->second);
}

// In the words of either: earlier versions wrote `no-event` for "no event".
bool has_reason(const QuarantineFilter& filter, const std::string& reason) {
  return reason.find(filter.reason) != std::string::npos ||
         deliver::slug_of(reason).find(deliver::slug_of(filter.reason)) != std::string::npos;
}

// One tenant's events stand under a prefix of their own.
std::string prefix_of(const QuarantineFilter& filter) {
  std::string prefix(kQuarantinePrefix);
  if (!filter.tenant.empty()) prefix += filter.tenant.str() + '/';
  return prefix;
}

}  // namespace

Result<bool> walk_quarantine(Clock& clock, ObjectStore& store, const QuarantineFilter& filter,
                             const std::function<Result<bool>(const QuarantineItem& item)>& look,
                             Deadline deadline) {
  const auto call = [&] {
    const Deadline one = Deadline::after(clock.steady(), kCallMax);
    return one.at < deadline.at ? one : deadline;
  };
  const std::string prefix = prefix_of(filter);
  ObjectKey last;
  for (;;) {
    const ObjectPage page = TRY(store.list(prefix, last, kPageObjects, call()));
    for (const ObjectInfo& listed : page.objects) {
      last = listed.key;
      if (deadline.passed(clock.steady())) return Error{Fault::Stopped, "quarantine: the time is over"};
      std::optional<QuarantineKey> key = parse_quarantine_key(listed.key);
      if (!key || !is_asked_for(filter, *key, listed.modified_at)) continue;
      const Result<ObjectInfo> info = store.head(listed.key, call());
      if (!info.ok() && info.error().fault == Fault::NotFound) continue;  // redelivered meanwhile
      if (!info.ok()) return Error(info.error()).in(listed.key.view());
      QuarantineItem item{.key = listed.key,
                          .kind = key->kind,
                          .tenant = std::move(key->tenant),
                          .destination = std::move(key->destination),
                          .reason = metadata_of(*info, deliver::kReasonMetadata),
                          .source = metadata_of(*info, deliver::kSourceMetadata),
                          .since = listed.modified_at,
                          .etag = info->etag};
      if (item.reason.empty()) item.reason = key->reason;
      if (!has_reason(filter, item.reason)) continue;
      if (!TRY(look(item))) return false;
    }
    if (page.is_last || page.objects.empty()) return true;
  }
}

}  // namespace headgate::process
