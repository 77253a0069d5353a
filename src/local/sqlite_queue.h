// The notification queue of local mode, which behaves as SQS, in a SQLite file.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "local/sqlite.h"
#include "ports/clock.h"
#include "ports/queue.h"
#include "ports/random.h"

namespace headgate::local {

// Thread-safe, also for any number of processes on one file. A message that send() accepted survives a kill
// and a power loss. Bodies have 1 byte to 1 MiB, and delays are 0 to 900 s, as in SQS; otherwise
// Fault::Invalid.
//
// SQS leaves some choices; this queue behaves as follows.
// - Messages come in the order in which they became visible.
// - Each message is given once per visibility timeout.
// - A receipt can still remove its message after the timeout, until the next receive, as in SQS. It can no
// longer change the visibility (SQS: MessageNotInflight).
// - A message that was received `receives_max` times becomes a dead letter when it would be received again.
//
// Visibility is judged by the wall clock, since it must outlive the process. If the clock is set back,
// messages stay in flight for that much longer.
class SqliteQueue : public Queue, public DeadLetters {
 public:
  struct Options {
    std::uint32_t receives_max = 5;
  };
  static constexpr std::chrono::seconds kDelayMax{900};

  static Result<std::unique_ptr<SqliteQueue>> open(Clock& clock, Random& random, const std::string& file,
                                                   Options options);

  Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) override;
  // A send() without delay on this object wakes it at once. It looks every 200 ms for messages of other
  // processes.
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override;
  Result<> remove(const std::string& receipt, Deadline deadline) override;
  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                             Deadline deadline) override;
  Result<QueueDepth> depth(Deadline deadline) override;

  // The oldest dead letters come first; they have no receipts.
  Result<std::vector<ReceivedMessage>> dead_letters(std::size_t count_max, Deadline deadline) override;
  Result<std::uint64_t> redrive(std::size_t count_max, Deadline deadline) override;
  Result<std::uint64_t> purge(Deadline deadline) override;

 private:
  SqliteQueue(Clock& clock, Random& random, std::unique_ptr<SqliteDatabase> database, Options options);
  Result<std::vector<ReceivedMessage>> receive_now(const Receive& asked, Deadline deadline);
  std::stop_token next_arrival();
  void announce_arrival();

  Clock& clock_;
  Random& random_;
  const std::unique_ptr<SqliteDatabase> database_;
  const Options options_;
  Mutex arrivals_mutex_;
  // Each send stops and replaces it, which wakes whoever sleeps on it.
  std::stop_source arrivals_ GUARDED_BY(arrivals_mutex_);
};

}  // namespace headgate::local
