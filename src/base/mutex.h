// The project's locks. clang checks at compile time that what a mutex guards is touched only with it held.
// Each guarded member says GUARDED_BY(mutex_). Each private function that needs its caller to hold the mutex
// says REQUIRES(mutex_). EXCLUDES(mutex_) says that the caller must not hold it. GCC ignores these words. The
// standard library's types carry none of them, so src uses the types below (tools/layers.py).
// https://releases.llvm.org/14.0.0/tools/clang/docs/ThreadSafetyAnalysis.html
//
// The analysis does not look through lambdas: a wait takes no predicate, and its caller writes a loop.
// `const SteadyTime until = CondVar::after(wait);`
// `while (values_.empty() && changed_.wait_until(mutex_, until, stop)) {}`
// A last wake and the end of the time may come together: look at the values again after the loop.
// Tests: src/base/bounded_queue_test.cc
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "base/deadline.h"

#ifdef __clang__
#define HEADGATE_THREAD_ATTRIBUTE(...) __attribute__((__VA_ARGS__))
#else
#define HEADGATE_THREAD_ATTRIBUTE(...)
#endif

#define CAPABILITY(name) HEADGATE_THREAD_ATTRIBUTE(capability(name))
#define SCOPED_CAPABILITY HEADGATE_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(mutex) HEADGATE_THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(...) HEADGATE_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) HEADGATE_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) HEADGATE_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) HEADGATE_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) HEADGATE_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define ASSERT_CAPABILITY(...) HEADGATE_THREAD_ATTRIBUTE(assert_capability(__VA_ARGS__))

namespace headgate {

// Not recursive. Prefer MutexLock to calling lock() and unlock().
class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  bool try_lock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  bool try_lock_for(std::chrono::nanoseconds wait) TRY_ACQUIRE(true) { return mutex_.try_lock_for(wait); }
  // Checks nothing: it tells the analysis that the mutex is held, first thing in a lambda that runs under it.
  void assert_held() const ASSERT_CAPABILITY(this) {}

 private:
  std::timed_mutex mutex_;  // on Linux the same lock as std::mutex
};

// Holds a mutex until the end of its scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex.lock(); }
  // The caller holds the mutex already, from try_lock() for example.
  MutexLock(Mutex& mutex, std::adopt_lock_t /*held*/) REQUIRES(mutex) : mutex_(mutex) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() RELEASE() {
    if (is_held_) mutex_.unlock();
  }
  void unlock() RELEASE() {
    mutex_.unlock();
    is_held_ = false;
  }
  void lock() ACQUIRE() {
    mutex_.lock();
    is_held_ = true;
  }

 private:
  Mutex& mutex_;
  bool is_held_ = true;
};

// Each wait releases the mutex while it waits, and holds it again when it returns. A wait may end without a
// reason: the caller looks again at what it waits for. The times are the machine's, not those of the Clock
// port, which a test may stop.
class CondVar {
 public:
  static SteadyTime after(std::chrono::nanoseconds wait) { return std::chrono::steady_clock::now() + wait; }

  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }

  void wait(Mutex& mutex) REQUIRES(mutex) { changed_.wait(mutex); }
  // False when a stop was requested, before the call or during it.
  bool wait(Mutex& mutex, const std::stop_token& stop) REQUIRES(mutex) {
    changed_.wait(mutex, stop, Once());
    return !stop.stop_requested();
  }
  // False when the time is over.
  bool wait_until(Mutex& mutex, SteadyTime until) REQUIRES(mutex) {
    return changed_.wait_until(mutex, until) == std::cv_status::no_timeout;
  }
  // False when the time is over, or a stop was requested, before the call or during it.
  bool wait_until(Mutex& mutex, SteadyTime until, const std::stop_token& stop) REQUIRES(mutex) {
    changed_.wait_until(mutex, stop, until, Once());
    return !stop.stop_requested() && std::chrono::steady_clock::now() < until;
  }

 private:
  // The standard library takes a stop token only together with a predicate. This one ends a wait when it is
  // asked again, which is after the first wake.
  class Once {
   public:
    bool operator()() { return std::exchange(was_asked_, true); }

   private:
    bool was_asked_ = false;
  };
  std::condition_variable_any changed_;
};

}  // namespace headgate
