// The fake keeps what the real ones keep.
#include "fakes/memory_ledger.h"

#include "conformance/ledger.h"

namespace headgate::conformance {
namespace {

struct MemoryLedgerFixture {
  Ledger& ledger() { return ledger_; }
  fakes::MemoryLedger ledger_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LedgerConformance, MemoryLedgerFixture);

}  // namespace
}  // namespace headgate::conformance
