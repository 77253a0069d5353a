#include "process/scan.h"

#include "model/quarantine_key.h"

namespace headgate::process {
namespace {

// Clocks differ, and a ledger may forget a little early.
constexpr std::chrono::hours kLedgerMargin{1};

}  // namespace

ScanCounts Scan::run(const Options& options, const deliver::Limits& limits) {
  ScanCounts counts;
  counts.walked = walk_buckets(deps_.clock, deps_.buckets, options.walk,
                               [&](ObjectStore& bucket, const ObjectInfo& info) {
                                 if (limits.is_over(deps_.clock.steady())) return Walk::Stop;
                                 return look_at({.bucket = bucket.bucket(),
                                                 .key = info.key,
                                                 .bytes = info.bytes,
                                                 .etag = info.etag,
                                                 .at = info.modified_at},
                                                options, limits, counts);
                               });
  return counts;
}

Scan::Choice Scan::choose(const ObjectCreated& object, const Options& options) const {
  if (is_quarantine_key(object.key)) return Choice::Skipped;
  const Result<KeyFields> fields = key_template_.parse_key(object.key);
  if (!fields.ok()) return Choice::Skipped;
  const bool is_others = !options.tenant.empty() && fields->tenant != options.tenant;
  const bool is_before = options.from && object.at < *options.from;
  const bool is_after = options.until && object.at >= *options.until;
  if (is_others || is_before || is_after) return Choice::Others;
  const std::chrono::nanoseconds age = deps_.clock.now() - object.at;
  if (age < options.age_min) return Choice::TooYoung;
  // A replay asks for them in so many words.
  if (options.from) return Choice::Take;
  const std::chrono::hours remembered = deps_.ledger.remembers_for();
  return age >= remembered - kLedgerMargin ? Choice::TooOld : Choice::Take;
}

Walk Scan::look_at(const ObjectCreated& object, const Options& options, const deliver::Limits& limits,
                   ScanCounts& counts) {
  switch (choose(object, options)) {
    case Choice::Take:
      break;
    case Choice::Skipped:
      ++counts.skipped;
      return Walk::On;
    case Choice::Others:
      ++counts.others;
      return Walk::On;
    case Choice::TooYoung:
      ++counts.too_young;
      return Walk::On;
    case Choice::TooOld:
      ++counts.too_old;
      return Walk::On;
  }
  if (options.look && !options.look(object.bucket, object.key)) return Walk::On;
  const Outcome outcome = deps_.processor.process(object, limits);
  if (outcome.is_interrupted) return Walk::Stop;  // it is the first to go on with
  ++(outcome.verdict == Verdict::TryLater ? counts.not_done : counts.done);
  counts.tally += outcome.tally;
  return Walk::On;
}

}  // namespace headgate::process
