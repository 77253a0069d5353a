#include "process/scan.h"

#include "deliver/quarantine.h"

namespace headgate::process {
namespace {

constexpr std::size_t kPageObjects = 1'000;
constexpr std::chrono::seconds kListTimeout{60};
// Clocks differ, and a ledger may forget a little early.
constexpr std::chrono::hours kLedgerMargin{1};

}  // namespace

Result<ScanCounts> Scan::run(const Options& options, const deliver::Limits& limits) {
  ScanCounts counts{.last = options.after};
  for (;;) {
    const Deadline deadline = Deadline::after(world_.clock.steady(), kListTimeout);
    const ObjectPage page =
        TRY_IN("scan", world_.central.list(options.prefix, counts.last, kPageObjects, deadline));
    for (const ObjectInfo& info : page.objects) {
      if (limits.is_over(world_.clock.steady())) return counts;
      look_at(info, options, limits, counts);
      counts.last = info.key;
    }
    if (page.is_last || page.objects.empty()) return counts;
  }
}

void Scan::look_at(const ObjectInfo& info, const Options& options, const deliver::Limits& limits,
                   ScanCounts& counts) {
  const bool is_log =
      !info.key.view().starts_with(deliver::kQuarantinePrefix) && key_template_.parse_key(info.key).ok();
  if (!is_log) {
    ++counts.skipped;
    return;
  }
  const std::chrono::nanoseconds age = world_.clock.now() - info.modified_at;
  if (age < options.age_min) {
    ++counts.too_young;
    return;
  }
  const std::chrono::hours remembered = world_.ledger.remembers_for();
  if (age >= remembered - kLedgerMargin) {
    ++counts.too_old;
    return;
  }
  const ObjectCreated object{.bucket = world_.central.bucket(),
                             .key = info.key,
                             .bytes = info.bytes,
                             .etag = info.etag,
                             .at = info.modified_at};
  const Outcome outcome = world_.processor.process(object, limits);
  ++(outcome.verdict == Verdict::TryLater ? counts.not_done : counts.done);
}

}  // namespace headgate::process
