// Where threads meet: values move in and move out, full means wait, and waiting is our backpressure.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/check.h"

namespace headgate {

// Any number of threads may push and pop. Holds at most `capacity` values. Real threads only, so its waits
// are on the machine's clock; a simulation has one thread and never waits here.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) { CHECK(capacity > 0); }

  // Waits for room. False, and the value is dropped, when stopped or closed first.
  [[nodiscard]] bool push(T value, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, stop, [&] { return values_.size() < capacity_ || closed_; });
    if (closed_ || values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  // False when there is no room now or the queue is closed; `value` is then untouched.
  [[nodiscard]] bool try_push(T& value) {
    std::unique_lock lock(mutex_);
    if (closed_ || values_.size() >= capacity_) return false;
    values_.push_back(std::move(value));
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  // Waits for a value at most `wait`. Empty when stopped, closed and drained, or out of time.
  std::optional<T> pop(const std::stop_token& stop, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, stop, wait, [&] { return !values_.empty() || closed_; });
    return take(lock);
  }

  std::optional<T> try_pop() {
    std::unique_lock lock(mutex_);
    return take(lock);
  }

  // Nothing more goes in; what is in can still be popped.
  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    filled_.notify_all();
  }

  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    lock.unlock();
    room_.notify_one();
    return value;
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;  // guards values_ and closed_
  std::condition_variable_any room_;
  std::condition_variable_any filled_;
  std::deque<T> values_;
  bool closed_ = false;
};

}  // namespace headgate
