#include "process/outcome.h"

#include <algorithm>

namespace headgate::process {

Outcome both(const Outcome& left, const Outcome& right) {
  const auto is_later = [](const Outcome& one) { return one.verdict == Verdict::TryLater; };
  Outcome outcome{.verdict = worse(left.verdict, right.verdict),
                  .health = std::max(left.health, right.health),
                  .is_left_off = left.is_left_off || right.is_left_off};
  if (is_later(left) && is_later(right)) {
    outcome.not_before = std::min(left.not_before, right.not_before);
  } else if (is_later(left) || is_later(right)) {
    outcome.not_before = is_later(left) ? left.not_before : right.not_before;
  }
  return outcome;
}

}  // namespace headgate::process
