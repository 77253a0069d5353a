// Delivers what lies in quarantine, once its cause is fixed: events to their destination, messages and
// damaged objects by way of the queue. What was redelivered is moved to quarantine/redelivered/.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "deliver/gate.h"
#include "model/object_key.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "ports/random.h"
#include "process/central_stores.h"
#include "process/processor.h"
#include "process/quarantine_walk.h"
#include "tenants/directory.h"

namespace headgate::process {

struct Redelivered {
  enum class What : std::uint8_t {
    Done,
    Before,  // an earlier run had delivered it and not moved it yet
    Left,    // `why`
  };
  What what = What::Left;
  std::string why = {};
  std::uint64_t events = 0;         // that were taken
  std::uint64_t refused_again = 0;  // events that went to quarantine once more, under a key of their own
};

// One thread. Events are delivered under a row of their own in the ledger, named after the file and its
// bytes: a run that ends in the middle goes on there, and a file is never delivered twice. A message is sent
// before it is moved: a crash in between sends it twice, which delivers nothing twice.
class Redelivery {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    CentralStores central;
    Ledger& ledger;
    tenants::TenantDirectory& tenants;
    Destinations& destinations;
    Queue* queue = nullptr;  // none: events alone can be redelivered
    Metrics& metrics;
  };
  struct Options {
    KeyTemplate key_template;
    LeaseOwner owner;
    std::chrono::milliseconds lease{600'000};
    std::chrono::milliseconds timeout{60'000};  // of one call to a destination
    // Events get the time of their redelivery: for those that are too old or too new.
    bool is_restamped = false;
  };
  Redelivery(Deps deps, Options options);

  // An error is our store's or ledger's: another item would meet it too.
  Result<Redelivered> redeliver(const QuarantineItem& item, const deliver::Limits& limits);

 private:
  Result<Redelivered> redeliver_events(const QuarantineItem& item, const deliver::Limits& limits);
  Result<Redelivered> deliver(const QuarantineItem& item, const TenantConfiguration& configuration,
                              const std::string& text, const deliver::Limits& limits);
  Result<Redelivered> redeliver_message(const QuarantineItem& item, const deliver::Limits& limits);
  Result<Redelivered> redeliver_object(const QuarantineItem& item, const deliver::Limits& limits);
  Deadline call(const deliver::Limits& limits) const;
  Result<std::string> read(const ObjectKey& key, const deliver::Limits& limits);
  Result<> move(const QuarantineItem& item, std::string_view text, const deliver::Limits& limits);

  const Deps deps_;
  const Options options_;
  deliver::Quarantine quarantine_;
  RepeatedLog said_;
};

}  // namespace headgate::process
