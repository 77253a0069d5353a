// Who works on messages: a crew of threads, or, in simulations, the caller itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "deliver/gate.h"
#include "process/outcome.h"
#include "process/shares.h"
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
  };
  virtual ~Executor() = default;
  // Never waits: the caller bounds how much is under way.
  virtual void submit(Job job) = 0;
  // Gives back the jobs that nobody has begun.
  virtual std::vector<Job> withdraw() = 0;
  // More messages of this tenant would only wait: its destinations failed lately.
  virtual bool is_held_up(const TenantId& tenant) const = 0;
};

// The jobs that wait, by fair shares of the tenants (shares.h). One thread at a time.
class JobQueue {
 public:
  explicit JobQueue(std::size_t threads) : shares_(threads) {}

  void add(Executor::Job job);
  // The job that may start now, if any; its thread is taken until done().
  std::optional<Executor::Job> next();
  void succeeded(const TenantId& tenant) { shares_.succeeded(tenant); }
  void done(const TenantId& tenant, Health health) { shares_.done(tenant, health); }
  std::vector<Executor::Job> clear();
  std::size_t waiting() const { return shares_.waiting(); }
  bool is_held_up(const TenantId& tenant) const { return shares_.is_held_up(tenant); }

 private:
  Shares shares_;
  std::map<std::uint64_t, Executor::Job> jobs_;
  std::uint64_t next_number_ = 0;
};

}  // namespace headgate::process
