// What lies in quarantine: finding it by tenant, reason and time.
// Tests: src/process/redelivery_test.cc
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "model/names.h"
#include "model/quarantine_key.h"
#include "model/time/timestamp.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace headgate::process {

struct QuarantineItem {
  ObjectKey key;
  QuarantineKind kind = QuarantineKind::Events;
  TenantId tenant = {};              // of events
  DestinationName destination = {};  // of events
  std::string reason = {};           // as slug_of() writes it
  std::string source = {};           // the key that it came from; empty: none
  Timestamp since = {};
  std::string etag = {};
};

// What is empty asks for nothing.
struct QuarantineFilter {
  std::set<QuarantineKind> kinds = {};
  TenantId tenant = {};  // of events only: what has no tenant is left out then
  DestinationName destination = {};
  std::string reason = {};  // a part of it
  std::optional<Timestamp> from = {};
  std::optional<Timestamp> until = {};
};

// Shows each item to `look`, by key, until it says so or the deadline is over; what was redelivered is passed
// over. Memory: one page of keys. False: `look` ended it.
Result<bool> walk_quarantine(Clock& clock, ObjectStore& store, const QuarantineFilter& filter,
                             const std::function<Result<bool>(const QuarantineItem& item)>& look,
                             Deadline deadline);

}  // namespace headgate::process
