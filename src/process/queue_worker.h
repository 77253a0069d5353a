// Keeps a worker pool, or another executor, busy from a queue: receives messages, keeps them invisible to
// others, and settles them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/backoff.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "ports/queue.h"
#include "ports/random.h"
#include "process/executor.h"
#include "process/in_flight_budget.h"
#include "process/visibility_failures.h"

namespace headgate::process {

// What a stop ends, one after the other, when the grace is used up; also when run() is over. The tokens are
// for the clients of what may hang, too.
struct WorkerStops {
  std::stop_source deliveries;  // what is under way, and whatever it waits for
  // A little later, and the last: what writes down how far the deliveries came, and gives their messages
  // back.
  std::stop_source writes;
};

// No tenant's backlog takes the whole room: what comes of a tenant beyond its share (room.h), or while it is
// held up (shares.h), is given back with a back-off. run() receives, on the caller's thread; one more thread,
// "heartbeat", extends the visibility of what is held; the crew's threads settle each message they have done.
class QueueWorker {
 public:
  struct Options {
    std::chrono::seconds visibility{300};
    std::chrono::milliseconds wait{20'000};   // for a message
    std::chrono::milliseconds grace{25'000};  // from the stop, for what is under way
    InFlightBudget::Options room;
    Backoff retry{.first = std::chrono::milliseconds{5'000}, .longest = std::chrono::milliseconds{3'600'000}};
    // The central buckets; empty: messages are not judged by the buckets that they name.
    std::set<BucketName> buckets;
    Backoff after_error{.first = std::chrono::milliseconds{500},
                        .longest = std::chrono::milliseconds{30'000}};
    WorkerStops stops;
  };
  struct Deps {
    Clock& clock;
    Random& random;
    Queue& queue;
    Metrics& metrics;
    Executor& pool;
  };
  QueueWorker(Deps deps, KeyTemplate key_template, Options options);
  QueueWorker(const QueueWorker&) = delete;
  QueueWorker& operator=(const QueueWorker&) = delete;

  // Receives until `stop`. Then what nobody has begun goes back at once, and what is under way may end. What
  // has not ended shortly before the grace is over is stopped and goes back, too. Returns when nothing is
  // held any more: when the grace is over at the latest, whatever hangs, if the ports end their calls at the
  // stops.
  void run(const std::stop_token& stop);

  // The parts of run(), for who drives it by hand, with an executor that has no threads. Who did, and holds
  // messages, calls drain() before the worker goes.
  // Waits for room, receives once, and hands what came to the executor. The error is the queue's.
  Result<> step(const std::stop_token& stop);
  // Extends the visibility of what is held, where it is due.
  void extend_visibility();
  // As a stop of run() does: returns when nothing is held any more.
  void drain(Deadline grace);

  // Whether it can do its work, as far as it saw lately. Any thread; never waits for the queue.
  Result<> status() const;

 private:
  struct Held {
    std::string receipt;
    SteadyTime received_at;
    SteadyTime visible_at;  // to others, unless extended
  };
  enum class Taken : std::uint8_t { Yes, No };
  std::size_t wait_for_room(const std::stop_token& stop);
  Result<std::vector<ReceivedMessage>> receive(std::size_t count);
  void saw(const Result<>& received);
  Taken submit(ReceivedMessage message);
  bool is_foreign(const Task& task);
  bool is_estranged() const { return foreign_in_a_row_ >= foreign_max(); }
  std::size_t foreign_max() const { return has_seen_ours_ ? kForeignMax : kForeignAtStartMax; }
  void settle(const ReceivedMessage& message, const Outcome& outcome);
  void let_go(const ReceivedMessage& message, std::chrono::seconds visibility);
  void give_back(const std::vector<std::string>& receipts);
  Deadline call_deadline() const;
  void forget(const TenantId& tenant, std::uint64_t charged);
  void beat(const std::stop_token& stop);
  void begin_grace();
  void watch_grace(const std::stop_token& over);
  void give_back_what_waits();
  void await_end_of_abandoned_receive();

  // So many messages in a row that name foreign buckets alone mean that the queue, or the bucket's name in
  // the configuration, is another environment's. Fewer while nothing of ours was ever seen.
  static constexpr std::size_t kForeignAtStartMax = 10;
  static constexpr std::size_t kForeignMax = 100;

  const Deps deps_;
  const KeyTemplate key_template_;
  Options options_;
  Counter& done_;
  Counter& again_;
  Counter& given_back_;
  Gauge& held_messages_;
  Gauge& held_bytes_;
  VisibilityFailures visibility_failures_;
  mutable Mutex mutex_;
  CondVar changed_;
  InFlightBudget room_ GUARDED_BY(mutex_);
  std::map<std::string, Held> held_ GUARDED_BY(mutex_);    // by receipt
  std::optional<SteadyTime> asked_at_ GUARDED_BY(mutex_);  // the receive that is under way
  // What the last receive came to.
  Result<> seen_ GUARDED_BY(mutex_) = Error{Fault::Retry, "the queue was not asked yet"};
  std::optional<Deadline> grace_ GUARDED_BY(mutex_);  // of the stop that is under way
  // Of run()'s thread: how many messages in a row named foreign buckets alone.
  std::size_t foreign_in_a_row_ = 0;
  bool has_seen_ours_ = false;
  bool has_asked_ = false;                 // the queue, of run()'s thread
  SteadyTime abandoned_until_ = kLongAgo;  // how long a receive that was stopped may still take messages
  // Of run()'s thread: whether it asks for messages though a tenant has used up its share of the room, and
  // what came of that last.
  bool is_looking_ = false;
  bool has_found_others_ = false;
  SteadyTime others_seen_at_ = kLongAgo;  // when a message was another tenant's than the one before it
  std::optional<TenantId> last_tenant_;
};

}  // namespace headgate::process
