// A row of the ledger's table (docs/contributing/formats/ledger-table.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/text/document.h"
#include "ports/ledger.h"

namespace headgate::aws {

struct LedgerRow {
  DeliveryEntry entry;
  std::string owner;  // empty: no lease
  Timestamp leased_until;
};

// {"object":...,"delivery":...}. Names of any bytes stay apart: what separates them is encoded in them.
std::string ledger_key(const DeliveryId& id);
std::optional<DeliveryId> delivery_of(const DocumentValue& item);
// Invalid when its state is none: someone else's row.
Result<LedgerRow> read_ledger_row(const DocumentValue& item);

}  // namespace headgate::aws
