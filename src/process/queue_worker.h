// Keeps a crew busy from a queue: receives, keeps what it holds invisible to others, settles.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/backoff.h"
#include "base/metrics.h"
#include "ports/queue.h"
#include "ports/random.h"
#include "process/crew.h"
#include "process/room.h"

namespace headgate::process {

// No tenant's backlog takes the whole room: what comes of a tenant beyond its share (room.h), or while it is
// held up (shares.h), is given back with a back-off. run() receives, on the caller's thread; one more thread,
// "heartbeat", extends the visibility of what is held; the crew's threads settle each message they have done.
class QueueWorker {
 public:
  struct Options {
    std::chrono::seconds visibility{300};
    std::chrono::milliseconds wait{20'000};   // for a message
    std::chrono::milliseconds grace{25'000};  // from the stop, for what is under way
    Room::Options room;
    Backoff retry{.first = std::chrono::milliseconds{5'000}, .longest = std::chrono::milliseconds{3'600'000}};
    Backoff after_error{.first = std::chrono::milliseconds{500},
                        .longest = std::chrono::milliseconds{30'000}};
    // Asked to stop when the grace is over: give its token to the clients of whatever may hang, too.
    std::stop_source leave;
  };
  struct World {
    Clock& clock;
    Random& random;
    Queue& queue;
    Metrics& metrics;
    Crew& crew;
  };
  QueueWorker(World world, KeyTemplate key_template, Options options);
  ~QueueWorker();
  QueueWorker(const QueueWorker&) = delete;
  QueueWorker& operator=(const QueueWorker&) = delete;

  // Receives until `stop`. Then what nobody has begun goes back at once, what is under way has `grace` to
  // end, and is then left off at its next call and goes back too. Returns when nothing is held any more.
  void run(const std::stop_token& stop);

 private:
  struct Held {
    std::string receipt;
    SteadyTime received_at;
    SteadyTime visible_at;  // to others, unless extended
  };
  enum class Taken : std::uint8_t { Yes, No };
  std::size_t wait_for_room(const std::stop_token& stop);
  Result<> receive(std::size_t count, const std::stop_token& stop);
  Taken submit(ReceivedMessage message);
  void settle(const ReceivedMessage& message, const Outcome& outcome);
  void let_go(const ReceivedMessage& message, std::chrono::seconds visibility);
  Deadline call_deadline() const;
  void forget(const Load& load);
  void leave(Deadline grace);
  void beat(const std::stop_token& stop);
  void extend_visibility();

  const World world_;
  const KeyTemplate key_template_;
  Options options_;
  Counter& done_;
  Counter& again_;
  Counter& given_back_;
  Gauge& held_messages_;
  Gauge& held_bytes_;
  std::mutex mutex_;  // guards room_ and held_
  std::condition_variable_any changed_;
  Room room_;
  std::map<std::string, Held> held_;  // by receipt
  // Of run()'s thread: whether it asks for messages though a tenant has used up its share of the room, and
  // what came of that last.
  bool is_looking_ = false;
  bool has_found_others_ = false;
  SteadyTime others_seen_at_ = kLongAgo;  // when a message was another tenant's than the one before it
  std::optional<TenantId> last_tenant_;
};

}  // namespace headgate::process
