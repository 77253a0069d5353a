#include "model/large_lines.h"

#include <algorithm>

#include "base/check.h"

namespace headgate {

Result<> LargeLines::begin(const std::stop_token& stop) {
  const SteadyTime until = CondVar::after(wait_max_);
  const MutexLock lock(mutex_);
  const std::uint64_t number = next_number_++;
  waiting_.push_back(number);
  while ((is_taken_ || waiting_.front() != number) && changed_.wait_until(mutex_, until, stop)) {
  }
  const bool is_turn = !is_taken_ && waiting_.front() == number;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), number));
  if (is_turn) {
    is_taken_ = true;
    return {};
  }
  changed_.notify_all();  // whoever is behind this may be next now
  if (stop.stop_requested()) return Error{Fault::Stopped, "a large line: stopped while others are read"};
  return blame_us({Fault::Retry, "others of this process are still being read"}, "a large line");
}

void LargeLines::end() {
  {
    const MutexLock lock(mutex_);
    CHECK(is_taken_);
    is_taken_ = false;
  }
  changed_.notify_all();
}

}  // namespace headgate
