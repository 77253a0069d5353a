// For what is logged once and counted after that: a broken file, an unknown tenant, a refusing role. Each
// subject is said at once, then at most once a period, with how often it happened since it was last said.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/mutex.h"

namespace headgate {

// Any thread. Holds at most `subjects_max` subjects: those that were silent for a period go first; what does
// not fit beside them counts as one subject.
class RepeatedLog {
 public:
  static constexpr std::chrono::hours kPeriod{1};
  explicit RepeatedLog(std::size_t subjects_max = 1'000, std::chrono::nanoseconds period = kPeriod)
      : subjects_max_(subjects_max), period_(period) {}

  // It happened. The number of times since it was last said, this one included: say it now; none: say
  // nothing.
  std::optional<std::uint64_t> happened(std::string_view subject, SteadyTime now);

 private:
  struct Subject {
    SteadyTime said_at;
    std::uint64_t count = 0;  // since
  };
  void make_room(SteadyTime now) REQUIRES(mutex_);

  const std::size_t subjects_max_;
  const std::chrono::nanoseconds period_;
  Mutex mutex_;
  std::map<std::string, Subject, std::less<>> subjects_ GUARDED_BY(mutex_);
};

}  // namespace headgate
