// The notification queue of local mode: SQS's behaviour in a SQLite file.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "local/sqlite.h"
#include "ports/clock.h"
#include "ports/queue.h"
#include "ports/random.h"

namespace headgate::local {

// Any thread, any number of processes on one file. A message that send() took survives a kill and a power
// loss. Bodies are 1 byte to 1 MiB, delays 0 to 900 s, as SQS's (else Invalid).
//
// Where SQS leaves a choice, this is what it does: messages come in the order in which they became visible;
// each message is given once per visibility time-out; a receipt may still remove its message after its
// visibility has passed, until the next receive gives it to someone else (as SQS), but can no longer change
// the visibility (SQS: MessageNotInflight); a message that was received `receives_max` times becomes a dead
// letter when it would be received again.
//
// Visibility is judged on the wall clock, since it must outlive the process: a clock that is set back keeps
// messages in flight for that much longer.
class SqliteQueue : public Queue, public DeadLetters {
 public:
  struct Options {
    std::uint32_t receives_max = 5;
  };
  static constexpr std::chrono::seconds kDelayMax{900};

  static Result<std::unique_ptr<SqliteQueue>> open(Clock& clock, Random& random, const std::string& file,
                                                   Options options);

  Result<> send(std::string body, std::chrono::seconds delay, Deadline deadline) override;
  // Woken at once by a send() without delay of this object; looks every 200 ms for those of other processes.
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override;
  Result<> remove(const std::string& receipt, Deadline deadline) override;
  Result<> change_visibility(const std::string& receipt, std::chrono::seconds visibility,
                             Deadline deadline) override;
  Result<QueueDepth> depth(Deadline deadline) override;

  // Those that died first come first; without receipts.
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
  std::mutex arrivals_mutex_;  // guards arrivals_
  std::stop_source arrivals_;  // stopped, and replaced, by each send: wakes whoever sleeps on it
};

}  // namespace headgate::local
