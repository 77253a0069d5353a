// Where threads meet: values move in and move out, full means wait, and waiting is our backpressure.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/check.h"
#include "base/mutex.h"

namespace headgate {

// Any number of threads may push and pop. Holds at most `capacity` values. Real threads only, so its waits
// are on the machine's clock; a simulation has one thread and never waits here.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) { CHECK(capacity > 0); }

  // Waits for room. False, and the value is dropped, when stopped or closed first.
  [[nodiscard]] bool push(T value, const std::stop_token& stop) {
    MutexLock lock(mutex_);
    while (values_.size() >= capacity_ && !closed_ && room_.wait(mutex_, stop)) {
    }
    if (closed_ || values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  // False when there is no room now or the queue is closed; `value` is then untouched.
  [[nodiscard]] bool try_push(T& value) {
    MutexLock lock(mutex_);
    if (closed_ || values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  // Waits for a value at most `wait`. Empty when stopped, closed and drained, or out of time.
  std::optional<T> pop(const std::stop_token& stop, std::chrono::milliseconds wait) {
    const SteadyTime until = CondVar::after(wait);
    std::optional<T> value;
    {
      const MutexLock lock(mutex_);
      while (values_.empty() && !closed_ && filled_.wait_until(mutex_, until, stop)) {
      }
      value = take();
    }
    if (value) room_.notify_one();
    return value;
  }

  std::optional<T> try_pop() {
    std::optional<T> value;
    {
      const MutexLock lock(mutex_);
      value = take();
    }
    if (value) room_.notify_one();
    return value;
  }

  // Nothing more goes in; what is in can still be popped.
  void close() {
    {
      MutexLock lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    filled_.notify_all();
  }

  std::size_t size() const {
    MutexLock lock(mutex_);
    return values_.size();
  }

 private:
  std::optional<T> take() REQUIRES(mutex_) {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    return value;
  }

  const std::size_t capacity_;
  mutable Mutex mutex_;
  CondVar room_;
  CondVar filled_;
  std::deque<T> values_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace headgate
