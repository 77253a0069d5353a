// Delivers what the ledger lacks: every object under a prefix of the central bucket, whether or not anyone
// was told of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "deliver/gate.h"
#include "model/names.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "process/processor.h"

namespace headgate::process {

struct ScanCounts {
  std::uint64_t done = 0;       // objects of which nothing is left to do
  std::uint64_t not_done = 0;   // something may work later: scan again
  std::uint64_t too_young = 0;  // their messages are probably still under way
  std::uint64_t too_old = 0;    // older than what the ledger remembers: left alone
  std::uint64_t skipped = 0;    // no log objects: keys that do not parse, and quarantine
  ObjectKey last;               // the last one looked at: from where to go on
};

// One thread, that of the processor. Memory: one page of keys.
class Scan {
 public:
  struct Options {
    std::string prefix;
    ObjectKey after;  // go on after this key
    std::chrono::seconds age_min{900};
  };
  struct World {
    Clock& clock;
    ObjectStore& central;
    Ledger& ledger;
    Processor& processor;
  };
  Scan(World world, KeyTemplate key_template) : world_(world), key_template_(std::move(key_template)) {}

  // To the end, or until `limits` are over. The error is the store's; what was done stays done.
  Result<ScanCounts> run(const Options& options, const deliver::Limits& limits);

 private:
  void look_at(const ObjectInfo& info, const Options& options, const deliver::Limits& limits,
               ScanCounts& counts);

  const World world_;
  const KeyTemplate key_template_;
};

}  // namespace headgate::process
