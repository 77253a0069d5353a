// One object on its way to one destination of its tenant: what both kinds of delivery need to know, and what
// they report.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "deliver/gate.h"
#include "model/object_key.h"
#include "model/tenant_configuration.h"
#include "ports/clock.h"
#include "ports/ledger.h"

namespace headgate::deliver {

// Whether a destination wants an application's records.
using WantsApplication = std::function<bool(const Application&)>;

struct Delivery {
  DeliveryId id;
  KeyFields fields;  // of the object's key
  TenantConfiguration configuration;
  LeaseOwner owner;
  std::chrono::milliseconds lease{600'000};
  std::chrono::milliseconds timeout{60'000};  // of one call
  Limits limits = {};
  Progress progress = {};  // what the ledger says
  Timestamp object_at;     // when it was stored; stands in where a record has no time
  // Of a packed object (fields.is_packed()); empty: all. The same for one application as long as it lives.
  WantsApplication wants = {};
};

struct DeliveryCounts {
  std::uint64_t events = 0;  // delivered
  std::uint64_t bytes = 0;   // of their messages, or of the object
  std::uint64_t batches = 0;
  std::uint64_t repeated = 0;  // events passed over because an earlier try delivered them
  std::uint64_t quarantined = 0;
  std::map<std::string, std::uint64_t> quarantined_by = {};  // by reason, as in the key in quarantine
  std::uint64_t restamped = 0;       // delivered with the time they were written at: their own is not taken
  std::uint64_t filtered = 0;        // records of a packed object that the destination does not want
  bool is_gone = false;              // the object is not there any more
  std::string etag = {};             // of the object that a bucket got
  std::optional<Error> damage = {};  // of an object's bytes: what could be read of them is delivered
  // The time of the earliest record, of what a bucket got; none where nothing says it.
  std::optional<Timestamp> first_at = {};
};

// What stands for the application or the pod where neither record nor key says.
constexpr std::string_view kUnknownName = "unknown";

}  // namespace headgate::deliver
