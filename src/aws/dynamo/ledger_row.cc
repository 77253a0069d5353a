#include "aws/dynamo/ledger_row.h"

#include <algorithm>
#include <limits>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_value.h"
#include "net/http_message.h"

namespace headgate::aws {
namespace {

Result<DeliveryState> state_named(std::string_view name) {
  for (const DeliveryState state : {DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Filtered,
                                    DeliveryState::Parked, DeliveryState::Lost}) {
    if (name == name_of(state)) return state;
  }
  return Error{Fault::Invalid, "ledger row: the state is unknown"};
}

int digit_of(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

// Decodes what append_percent_encoded() has written.
std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? digit_of(text[at + 1]) : -1;
    const int low = high >= 0 ? digit_of(text[at + 2]) : -1;
    if (low < 0) return std::nullopt;
    plain += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return plain;
}

std::string joined(std::string_view first, std::string_view rest) {
  std::string text;
  net::append_percent_encoded(text, first);
  return text.append("/").append(rest);
}

}  // namespace

std::string ledger_key(const DeliveryId& id) {
  return JsonObject()
      .raw("object", text_attribute(joined(id.bucket.view(), id.key.view())))
      .raw("delivery", text_attribute(joined(id.tenant.view(), id.destination.view())))
      .take();
}

std::optional<DeliveryId> delivery_of(const DocumentValue& item) {
  const std::string_view object = text_in(item, "object");
  const std::string_view delivery = text_in(item, "delivery");
  const std::size_t bucket = object.find('/');
  const std::size_t tenant = delivery.find('/');
  if (bucket == std::string_view::npos || tenant == std::string_view::npos) return std::nullopt;
  auto bucket_name = decoded(object.substr(0, bucket));
  auto tenant_id = decoded(delivery.substr(0, tenant));
  if (!bucket_name || !tenant_id) return std::nullopt;
  return DeliveryId{.bucket = BucketName(*std::move(bucket_name)),
                    .key = ObjectKey(object.substr(bucket + 1)),
                    .tenant = TenantId(*std::move(tenant_id)),
                    .destination = DestinationName(delivery.substr(tenant + 1))};
}

Result<LedgerRow> read_ledger_row(const DocumentValue& item) {
  LedgerRow row;
  row.entry.state = TRY(state_named(text_in(item, "state")));
  row.entry.progress = {
      .next_batch = static_cast<std::uint64_t>(std::max<std::int64_t>(number_in(item, "next_batch"), 0)),
      .plan = BatchPlan(text_in(item, "plan")),
      .batch_outcome = std::string(text_in(item, "batch_outcome"))};
  row.entry.reason = text_in(item, "reason");
  row.entry.updated_at = Timestamp{number_in(item, "updated_at")};
  row.entry.etag = text_in(item, "etag");
  row.entry.parked_since = Timestamp{number_in(item, "parked_since")};
  row.entry.releases = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(number_in(item, "releases"), 0, std::numeric_limits<std::uint32_t>::max()));
  row.entry.open_claims = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(number_in(item, "open_claims"), 0, std::numeric_limits<std::uint32_t>::max()));
  row.owner = text_in(item, "owner");
  row.leased_until = Timestamp{number_in(item, "leased_until")};
  return row;
}

}  // namespace headgate::aws
