// Works on messages: a pool of threads, or, in simulations, the caller itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/deadline.h"
#include "deliver/gate.h"
#include "process/fair_scheduler.h"
#include "process/outcome.h"
#include "process/task.h"

namespace headgate::process {

// Any thread may submit.
class Executor {
 public:
  // What is told of each job, on the thread that did it.
  using Done = std::function<void(const ReceivedMessage& message, const Outcome& outcome)>;
  struct Job {
    Task task;
    TenantId tenant;  // whose share it takes
    deliver::Limits limits = {};
    Done done;
    bool is_alone = false;  // a worker died while it did this: nothing else is started meanwhile
  };
  virtual ~Executor() = default;
  // Never waits: the caller bounds how much is under way.
  virtual void submit(Job job) = 0;
  // Gives back the jobs that nobody has begun.
  virtual std::vector<Job> withdraw() = 0;
  // More messages of this tenant would only wait: its destinations failed lately.
  virtual bool is_held_up(const TenantId& tenant) const = 0;
};

// The jobs that wait, by fair shares of the tenants (shares.h), and those that are to be done alone, one
// after the other. One thread at a time.
//
// While a job waits to be done alone no other job starts. It starts when nothing is under way any more, at
// the latest after kDrainMax. While it is done no other job starts for kAloneMax: a destination that hangs
// holds the others up no longer than that. When it has ended the others have as much time as it took.
class JobQueue {
 public:
  static constexpr std::chrono::seconds kDrainMax{60};
  static constexpr std::chrono::seconds kAloneMax{60};

  explicit JobQueue(std::size_t threads) : shares_(threads) {}

  void add(Executor::Job job);
  // The job that may start now, if any; its thread is taken until done() or do_alone().
  std::optional<Executor::Job> next(SteadyTime now);
  void succeeded(const Executor::Job& job) {
    if (!job.is_alone) shares_.succeeded(job.tenant);
  }
  void done(const Executor::Job& job, Health health, SteadyTime now);
  // Takes a job back that next() gave: it is to be done alone.
  void do_alone(Executor::Job job, SteadyTime now);
  // Whether next() may give a job only because time has passed.
  bool is_timed() const { return alone_since_.has_value() || !alone_.empty(); }
  std::vector<Executor::Job> clear();
  std::size_t waiting() const { return shares_.waiting(); }
  bool is_held_up(const TenantId& tenant) const { return shares_.is_held_up(tenant); }

 private:
  FairScheduler shares_;
  std::map<std::uint64_t, Executor::Job> jobs_;
  std::uint64_t next_number_ = 0;
  std::deque<Executor::Job> alone_;         // those that wait to be done alone
  std::optional<SteadyTime> alone_since_;   // when the one that is done now started
  SteadyTime drained_by_ = kLongAgo;        // the first of alone_ then starts whatever is under way
  SteadyTime alone_not_before_ = kLongAgo;  // until then the others have their time
};

}  // namespace headgate::process
