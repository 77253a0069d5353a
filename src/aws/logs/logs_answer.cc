#include "aws/logs/logs_answer.h"

#include <algorithm>

#include "aws/call/json_call.h"

namespace headgate::aws {
namespace {

// None if it is not an index. An index beyond the events becomes `count`.
std::optional<std::size_t> index_of(simdjson::dom::object info, std::string_view name, std::size_t count) {
  const auto index = number_of(info, name);
  if (!index || *index < 0) return std::nullopt;
  return std::min(static_cast<std::size_t>(*index), count);
}

}  // namespace

Result<RejectedEvents> read_rejected_events(std::string_view body, std::size_t count) {
  const JsonAnswer answer = TRY(JsonAnswer::read(body));
  const auto info = object_of(answer.object(), "rejectedLogEventsInfo");
  if (!info) return RejectedEvents{};
  return RejectedEvents{.too_new_from = index_of(*info, "tooNewLogEventStartIndex", count),
                        .too_old_until = index_of(*info, "tooOldLogEventEndIndex", count),
                        .expired_until = index_of(*info, "expiredLogEventEndIndex", count)};
}

}  // namespace headgate::aws
