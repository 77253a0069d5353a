// Reads rows of the ledger's table (docs/contributing/formats/ledger-table.md).
// Tests: src/aws/dynamo/dynamo_value_test.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/text/document.h"
#include "ports/ledger.h"

namespace headgate::aws {

struct LedgerRow {
  DeliveryEntry entry;
  std::string owner;  // empty if there is no lease
  Timestamp leased_until;
};

// The key {"object":...,"delivery":...}. Names may contain any bytes and still give different keys, because
// separators in them are encoded.
std::string ledger_key(const DeliveryId& id);
std::optional<DeliveryId> delivery_of(const DocumentValue& item);
// Fault::Invalid if its state is unknown, since then the row is not ours.
Result<LedgerRow> read_ledger_row(const DocumentValue& item);

}  // namespace headgate::aws
