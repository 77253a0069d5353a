// Whatever DynamoDB answers, an item that was read, written and read again is the same, and rows of ledger
// and tenants are read or refused.
#include <cstddef>
#include <cstdint>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_value.h"
#include "aws/dynamo/ledger_row.h"
#include "aws/dynamo/tenant_row.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const auto answer = aws::JsonAnswer::read({reinterpret_cast<const char*>(data), size});
  if (!answer.ok()) return 0;
  const auto item = aws::read_item(answer->object());
  if (!item.ok()) return 0;

  std::string written;
  aws::append_attribute(written, *item);
  const auto again = aws::JsonAnswer::read(written);
  CHECK(again.ok());
  const auto members = aws::object_of(again->object(), "M");
  CHECK(members.has_value());
  const auto back = aws::read_item(*members);
  CHECK(back.ok());
  std::string rewritten;
  aws::append_attribute(rewritten, *back);
  CHECK(written == rewritten);

  static_cast<void>(aws::read_ledger_row(*item));
  if (const auto id = aws::delivery_of(*item)) {
    const auto key = aws::JsonAnswer::read(aws::ledger_key(*id));
    CHECK(key.ok() && aws::delivery_of(aws::read_item(key->object()).value()) == id);
  }
  const StoredConfiguration stored = aws::read_tenant_row(*item);
  if (stored.undecodable.empty()) CHECK(!aws::tenant_row_update(stored.configuration).update.empty());
  return 0;
}
