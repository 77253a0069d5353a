// A bounded set of threads that process messages, by fair shares of the tenants (shares.h).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "deliver/gate.h"
#include "process/processor.h"
#include "process/shares.h"

namespace headgate::process {

// Any thread may submit. Threads are named deliver-0, deliver-1, ...; each has a Processor of its own, whose
// name in the ledger is `processor.owner` and the thread's number. Nothing ticks: threads only wait.
class Crew {
 public:
  struct Options {
    std::size_t threads = 16;
    ProcessorOptions processor;
    deliver::Gate::Options gate = {};
  };
  // What is told of each job, on the thread that did it.
  using Done = std::function<void(const ReceivedMessage& message, const Outcome& outcome)>;
  struct Job {
    ReceivedMessage message;
    TenantId tenant;  // whose share it takes
    deliver::Limits limits = {};
    Done done;
  };

  Crew(Processor::World world, Options options);
  // Drops what waits, without a word; what is being worked on is finished, or left off when its limits say
  // so.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Never waits: the caller bounds how much is under way.
  void submit(Job job);
  // Gives back the jobs that nobody has begun.
  std::vector<Job> withdraw();
  // More messages of this tenant would only wait: its destinations failed lately.
  bool is_held_up(const TenantId& tenant) const;
  std::size_t threads() const { return threads_.size(); }

 private:
  void work(std::size_t number, const std::stop_token& stop);

  Shared shared_;
  Processor::World world_;
  const ProcessorOptions options_;
  mutable std::mutex mutex_;  // guards shares_, jobs_ and next_number_
  std::condition_variable_any changed_;
  Shares shares_;
  std::map<std::uint64_t, Job> jobs_;  // that wait
  std::uint64_t next_number_ = 0;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

// What a message stands for, as far as its body says: whose share it takes, and the bytes of its objects.
struct Load {
  TenantId tenant;  // of the first object; empty when it cannot be told
  std::uint64_t bytes = 0;
};
Load load_of(const ReceivedMessage& message, const KeyTemplate& key_template);

}  // namespace headgate::process
