#include "deliver/refused_events.h"

#include <algorithm>

namespace headgate::deliver {
namespace {

void append(std::vector<LogEvent>& to, std::span<const LogEvent> events) {
  to.insert(to.end(), events.begin(), events.end());
}

}  // namespace

void RefusedEvents::add(const RejectedEvents& rejected, std::span<const LogEvent> part) {
  const std::size_t too_new = std::min(rejected.too_new_from.value_or(part.size()), part.size());
  const std::size_t too_old = std::min(rejected.too_old_until.value_or(0), too_new);
  const std::size_t expired = std::min(rejected.expired_until.value_or(0), too_new);
  append(too_old_, part.first(too_old));
  if (expired > too_old) append(expired_, part.subspan(too_old, expired - too_old));
  append(too_new_, part.subspan(too_new));
}

void RefusedEvents::add_too_old(std::span<const LogEvent> events) {
  append(too_old_, events);
}

void RefusedEvents::add_too_new(std::span<const LogEvent> events) {
  append(too_new_, events);
}

void RefusedEvents::add_invalid(std::span<const LogEvent> part) {
  append(invalid_, part);
}

std::vector<RefusedEvents::Reason> RefusedEvents::by_reason() const {
  std::vector<Reason> reasons = {{.reason = "too old", .events = too_old_},
                                 {.reason = "expired", .events = expired_},
                                 {.reason = "too new", .events = too_new_},
                                 {.reason = "invalid", .events = invalid_}};
  std::erase_if(reasons, [](const Reason& reason) { return reason.events.empty(); });
  return reasons;
}

}  // namespace headgate::deliver
