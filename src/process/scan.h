// Delivers what the ledger lacks: every object under a prefix of the central buckets, whether or not anyone
// was told of it. With a processor that has the name of a replay: a tenant's objects of some time, again.
// Tests: src/process/processor_test.cc, src/process/central_stores_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "deliver/gate.h"
#include "model/names.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "process/bucket_walk.h"
#include "process/processor.h"

namespace headgate::process {

struct ScanCounts {
  std::uint64_t done = 0;       // objects of which nothing is left to do
  std::uint64_t not_done = 0;   // something may work later: scan again
  std::uint64_t too_young = 0;  // their messages are probably still under way
  std::uint64_t too_old = 0;    // older than what the ledger remembers: left alone
  std::uint64_t skipped = 0;    // no log objects: keys that do not parse, and quarantine
  std::uint64_t others = 0;     // outside the time, or of other tenants
  Tally tally;                  // of the deliveries of the objects that were tried
  Walked walked;                // what could not be looked at, and from where to go on
};

// One thread, that of the processor. Memory: one page of keys.
class Scan {
 public:
  struct Options {
    WalkOptions walk = {};
    std::chrono::seconds age_min{900};
    // Of a replay (ProcessorOptions::replay): only objects that were stored in [from, until) and are of that
    // tenant, however old they are; empty: of all tenants.
    std::optional<Timestamp> from = {};
    std::optional<Timestamp> until = {};
    TenantId tenant = {};
    // Asked of each object that would be delivered; false leaves it alone, uncounted. Empty: all are.
    std::function<bool(const BucketName&, const ObjectKey&)> look = {};
  };
  struct Deps {
    Clock& clock;
    std::vector<ObjectStore*> buckets;  // of the processor's, in the order they are walked
    Ledger& ledger;
    Processor& processor;
  };
  Scan(Deps deps, KeyTemplate key_template)
      : deps_(std::move(deps)), key_template_(std::move(key_template)) {}

  // To the end, or until `limits` are over. What was done stays done.
  ScanCounts run(const Options& options, const deliver::Limits& limits);

 private:
  enum class Choice : std::uint8_t { Take, Skipped, Others, TooYoung, TooOld };
  Choice choose(const ObjectCreated& object, const Options& options) const;
  Walk look_at(const ObjectCreated& object, const Options& options, const deliver::Limits& limits,
               ScanCounts& counts);

  const Deps deps_;
  const KeyTemplate key_template_;
};

}  // namespace headgate::process
