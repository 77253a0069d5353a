// Lets one reader of a process at a time read a large line. Reading a line takes up to eight times its length
// for a moment: the line, its repaired copy, the JSON parser's index, and unescaped text. Threads that read
// large lines at once would need memory that depends on the text of tenants.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <stop_token>

#include "base/mutex.h"
#include "base/result.h"

namespace headgate {

// A longer line is large: it is read in turn, and the memory that it took is given back behind it.
constexpr std::size_t kLargeLineBytes = 256U << 10U;

// Any thread. A turn lasts while a line is read, not while its records are delivered: RecordReader copies the
// records of a large line and ends the turn before it gives them, unless they are larger than any that an
// agent writes.
class LargeLines {
 public:
  static constexpr std::chrono::seconds kWaitMax{30};

  explicit LargeLines(std::chrono::milliseconds wait_max = kWaitMax) : wait_max_(wait_max) {}

  // Waits until the turn is free, in the order of the calls. Fault::Retry and Blame::Us when that takes
  // longer than `wait_max`; Fault::Stopped at a stop.
  Result<> begin(const std::stop_token& stop);
  // Of the turn that begin() gave.
  void end();

 private:
  const std::chrono::milliseconds wait_max_;
  Mutex mutex_;
  CondVar changed_;
  // Whose turn is next comes first; at most one entry for each thread.
  std::deque<std::uint64_t> waiting_ GUARDED_BY(mutex_);
  std::uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  bool is_taken_ GUARDED_BY(mutex_) = false;
};

}  // namespace headgate
