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

Scan::Choice Scan::choose(const ObjectInfo& info, const Options& options) const {
  if (info.key.view().starts_with(deliver::kQuarantinePrefix)) return Choice::Skipped;
  const Result<KeyFields> fields = key_template_.parse_key(info.key);
  if (!fields.ok()) return Choice::Skipped;
  const bool is_others = !options.tenant.empty() && fields->tenant != options.tenant;
  const bool is_before = options.from && info.modified_at < *options.from;
  const bool is_after = options.until && info.modified_at >= *options.until;
  if (is_others || is_before || is_after) return Choice::Others;
  const std::chrono::nanoseconds age = world_.clock.now() - info.modified_at;
  if (age < options.age_min) return Choice::TooYoung;
  // A replay asks for them in so many words.
  if (options.from) return Choice::Take;
  const std::chrono::hours remembered = world_.ledger.remembers_for();
  return age >= remembered - kLedgerMargin ? Choice::TooOld : Choice::Take;
}

void Scan::look_at(const ObjectInfo& info, const Options& options, const deliver::Limits& limits,
                   ScanCounts& counts) {
  switch (choose(info, options)) {
    case Choice::Take:
      break;
    case Choice::Skipped:
      ++counts.skipped;
      return;
    case Choice::Others:
      ++counts.others;
      return;
    case Choice::TooYoung:
      ++counts.too_young;
      return;
    case Choice::TooOld:
      ++counts.too_old;
      return;
  }
  if (options.look && !options.look(info.key)) return;
  const ObjectCreated object{.bucket = world_.central.bucket(),
                             .key = info.key,
                             .bytes = info.bytes,
                             .etag = info.etag,
                             .at = info.modified_at};
  const Outcome outcome = world_.processor.process(object, limits);
  ++(outcome.verdict == Verdict::TryLater ? counts.not_done : counts.done);
}

}  // namespace headgate::process
