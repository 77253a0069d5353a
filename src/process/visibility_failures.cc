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
  log::warn(is_refused
                ? "the queue refuses to change messages' visibility: what takes long is delivered by several "
                  "workers at once, and what fails comes again at the queue's own time-out; allow "
                  "sqs:ChangeMessageVisibility on the queue"
                : "messages' visibility cannot be changed; they come again when their time-out says",
            {{"what", changed.error().what}, {"times", *times}});
}

}  // namespace headgate::process
