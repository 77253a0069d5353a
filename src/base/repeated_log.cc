#include "base/repeated_log.h"

#include <utility>

namespace headgate {
namespace {

constexpr std::string_view kOthers = "\x01others";  // no subject begins like that

}  // namespace

std::optional<std::uint64_t> RepeatedLog::happened(std::string_view subject, SteadyTime now) {
  const MutexLock lock(mutex_);
  auto found = subjects_.find(subject);
  if (found == subjects_.end() && subjects_.size() >= subjects_max_) {
    make_room(now);
    if (subjects_.size() >= subjects_max_) {
      subject = kOthers;
      found = subjects_.find(subject);
    }
  }
  if (found == subjects_.end()) {
    subjects_.emplace(std::string(subject), Subject{.said_at = now});
    return 1;
  }
  Subject& one = found->second;
  ++one.count;
  if (now - one.said_at < period_) return std::nullopt;
  one.said_at = now;
  return std::exchange(one.count, 0);
}

void RepeatedLog::make_room(SteadyTime now) {
  std::erase_if(subjects_, [&](const auto& subject) { return now - subject.second.said_at >= period_; });
}

}  // namespace headgate
