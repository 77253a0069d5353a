#include "process/visibility_failures.h"

#include "base/log.h"

namespace headgate::process {
namespace {

constexpr const char* kName = "headgate_process_visibility_failures_total";
constexpr const char* kHelp = "Messages whose visibility could not be changed";

}  // namespace

VisibilityFailures::VisibilityFailures(Clock& clock, Metrics& metrics)
    : clock_(clock),
      refused_(metrics.counter(kName, kHelp, {{"reason", "refused"}})),
      failed_(metrics.counter(kName, kHelp, {{"reason", "failed"}})) {}

void VisibilityFailures::saw(const Result<>& changed, std::size_t messages) {
  if (changed.ok() || changed.error().fault == Fault::NotFound) return;
  const bool is_refused = changed.error().fault == Fault::Denied;
  (is_refused ? refused_ : failed_).add(messages);
  const auto times = said_.happened(is_refused ? "refused" : "failed", clock_.steady());
  if (!times) return;
  if (is_refused) {
    log::warn(
        "message_visibility_denied",
        "The queue refuses to change the visibility of messages, so long deliveries are repeated by other "
        "workers and failed ones wait for the queue's own time-out. Allow sqs:ChangeMessageVisibility.",
        {{"error", changed.error().what}, {"times", *times}});
  } else {
    log::warn(
        "message_visibility_not_changed",
        "The visibility of messages could not be changed. They arrive again after their present time-out.",
        {{"error", changed.error().what}, {"times", *times}});
  }
}

}  // namespace headgate::process
