#include "process/range_replay.h"

#include "deliver/quarantine.h"

namespace headgate::process {

Result<std::vector<StoredConfiguration>> OneDestination::of_tenant(const TenantId& tenant) {
  std::vector<StoredConfiguration> rows = TRY(store_.of_tenant(tenant));
  if (!only_.empty())
    std::erase_if(rows, [&](const StoredConfiguration& row) { return row.configuration.type != only_; });
  return rows;
}

Result<std::uint64_t> OneDestination::put(const TenantConfiguration&) {
  return Error{Fault::Denied, "a replay writes no configuration"};
}

Result<> OneDestination::remove(const TenantId&, const DestinationName&) {
  return Error{Fault::Denied, "a replay writes no configuration"};
}

Result<RangeReplayCounts> RangeReplay::run(const Options& options, const deliver::Limits& limits,
                                           const Look& look) {
  constexpr std::size_t kPageObjects = 1'000;
  constexpr std::chrono::seconds kListTimeout{60};
  RangeReplayCounts counts{.last = options.after};
  for (;;) {
    const ObjectPage page = TRY_IN("replay", central_.list(options.prefix, counts.last, kPageObjects,
                                                           Deadline::after(clock_.steady(), kListTimeout)));
    for (const ObjectInfo& info : page.objects) {
      if (limits.is_over(clock_.steady())) return counts;
      counts.last = info.key;
      if (info.modified_at < options.from || info.modified_at >= options.to) continue;
      if (info.key.view().starts_with(deliver::kQuarantinePrefix)) continue;
      const Result<KeyFields> fields = key_template_.parse_key(info.key);
      if (!fields.ok() || fields->tenant != options.tenant) continue;
      ++counts.found;
      const ObjectCreated object{.bucket = central_.bucket(),
                                 .key = info.key,
                                 .bytes = info.bytes,
                                 .etag = info.etag,
                                 .at = info.modified_at};
      if (!look(object)) continue;
      const Outcome outcome = processor_.process(object, limits);
      ++(outcome.verdict == Verdict::Done ? counts.done : counts.not_done);
    }
    if (page.is_last || page.objects.empty()) return counts;
  }
}

}  // namespace headgate::process
