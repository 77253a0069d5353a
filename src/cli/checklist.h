// What `headgate check` found, line by line, and how each finding is judged. The judging is pure: facts in,
// findings out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aws/inspect/inspection.h"
#include "config/config.h"

namespace headgate::cli {

struct Finding {
  // Unknown: we are not permitted to look. Deliveries may work.
  enum class State : std::uint8_t { Good, Bad, Unknown };
  State state = State::Good;
  std::string what;  // "queue: maxReceiveCount is 3 ..."
  std::string fix;   // a command, or what to do; of a Bad or Unknown one
};
using Findings = std::vector<Finding>;

Finding good(std::string what);
Finding bad(std::string what, std::string fix);
// The finding for a read-only call that failed. `action` is the IAM name of the call.
Finding cannot_look(std::string_view what, const Error& error, std::string_view action);

// "✓ ...", "✗ ..." or "? ...", and below it the fix.
std::string shown(const Finding& finding);

// `url` goes into the commands of fixes. `dead_letters` has the dead-letter queue, if it could be read.
Findings judge_queue(const aws::QueueFacts& queue, const aws::QueueFacts* dead_letters, std::string_view url,
                     const config::Config& config);
// Where the bucket's notifications of new objects go; `targets` is filled with the topics and queues that
// take ours.
struct NotifiedTargets {
  std::vector<std::string> topics;
  std::vector<std::string> queues;
};
Findings judge_notifications(const aws::NotificationFacts& facts, const config::Config& config,
                             NotifiedTargets& targets);
// Whether objects are kept for at least as long as messages about them. 0 seconds: not known.
Findings judge_lifecycle(const std::vector<aws::LifecycleRule>& rules, std::int64_t retention_seconds,
                         const config::Config& config);
Findings judge_ledger_table(const aws::TableFacts& table, const Result<std::string>& expiry,
                            const config::Config& config);
Findings judge_tenants_table(const aws::TableFacts& table, const config::Config& config);

}  // namespace headgate::cli
