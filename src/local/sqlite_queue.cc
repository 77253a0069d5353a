#include "local/sqlite_queue.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "local/state_schema.h"
#include "model/notification.h"

namespace headgate::local {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kPollMax{20};                            // SQS: WaitTimeSeconds
constexpr std::chrono::milliseconds kOtherProcesses{200};  // how often to look for what they sent

// A row of messages that can be received.
struct Candidate {
  std::int64_t number = 0;
  std::uint32_t receive_count = 0;
  ReceivedMessage message;
};

Result<std::vector<Candidate>> visible_messages(SqliteSession& session, Timestamp now,
                                                std::size_t count_max) {
  SqliteStatement rows =
      TRY(session.query("SELECT number, id, body, sent_at, receive_count FROM messages"
                        " WHERE is_dead = 0 AND visible_at <= ?1 ORDER BY visible_at, number LIMIT ?2",
                        now.nanoseconds, static_cast<std::int64_t>(count_max)));
  std::vector<Candidate> candidates;
  while (TRY(rows.step())) {
    Candidate& candidate = candidates.emplace_back();
    candidate.number = rows.integer(0);
    candidate.message.id = rows.text(1);
    candidate.message.body = rows.text(2);
    candidate.message.sent_at = Timestamp{rows.integer(3)};
    candidate.receive_count = static_cast<std::uint32_t>(rows.integer(4));
  }
  return candidates;
}

Error void_receipt() {
  return Error{Fault::NotFound, "receipt: void, its message was removed or received again"};
}

Result<> check_visibility(seconds visibility) {
  if (visibility >= seconds{0} && visibility <= Queue::kVisibilityMax) return {};
  return Error{Fault::Invalid, "visibility: not within 0 to 43200 s"};
}

std::int64_t limit_of(std::size_t count_max) {
  constexpr std::size_t kMost = 1U << 30U;
  return static_cast<std::int64_t>(std::min(count_max, kMost));
}

}  // namespace

Result<std::unique_ptr<SqliteQueue>> SqliteQueue::open(Clock& clock, Random& random, const std::string& file,
                                                       Options options) {
  if (options.receives_max == 0) return Error{Fault::Invalid, "queue: receives_max: must be at least 1"};
  std::unique_ptr<SqliteDatabase> database =
      TRY_IN("queue", SqliteDatabase::open(file, {.migrations = kStateMigrations}));
  return std::unique_ptr<SqliteQueue>(new SqliteQueue(clock, random, std::move(database), options));
}

SqliteQueue::SqliteQueue(Clock& clock, Random& random, std::unique_ptr<SqliteDatabase> database,
                         Options options)
    : clock_(clock), random_(random), database_(std::move(database)), options_(options) {}

Result<> SqliteQueue::send(std::string body, seconds delay, Deadline deadline) {
  if (body.empty()) return Error{Fault::Invalid, "message: empty"};
  if (body.size() > kNotificationBytesMax) return Error{Fault::Invalid, "message: over 1 MiB"};
  if (delay < seconds{0} || delay > kDelayMax) return Error{Fault::Invalid, "delay: not within 0 to 900 s"};
  const Timestamp now = clock_.now();
  TRY_IN("queue", database_->write(
                      [&](SqliteSession& session) {
                        return session.run(
                            "INSERT INTO messages (id, body, sent_at, visible_at) VALUES (?1, ?2, ?3, ?4)",
                            random_.uuid(), body, now.nanoseconds, (now + delay).nanoseconds);
                      },
                      deadline));
  if (delay == seconds{0}) announce_arrival();
  return {};
}

Result<std::vector<ReceivedMessage>> SqliteQueue::receive(const Receive& asked, Deadline deadline) {
  if (asked.count_max == 0 || asked.count_max > kReceiveMax) {
    return Error{Fault::Invalid, "receive: not 1 to 10 messages"};
  }
  TRY(check_visibility(asked.visibility));
  const nanoseconds wait = std::min<nanoseconds>(asked.wait, kPollMax);
  const Deadline until = sooner(deadline, Deadline::after(clock_.steady(), wait));
  while (true) {
    // Taken before we look, so that a send between the look and the sleep is not slept over.
    const std::stop_token arrival = next_arrival();
    std::vector<ReceivedMessage> messages = TRY_IN("queue", receive_now(asked, deadline));
    const nanoseconds left = until.left(clock_.steady());
    if (!messages.empty() || left == nanoseconds{0}) return messages;
    clock_.sleep(std::min(left, nanoseconds{kOtherProcesses}), arrival);
  }
}

Result<std::vector<ReceivedMessage>> SqliteQueue::receive_now(const Receive& asked, Deadline deadline) {
  const Timestamp now = clock_.now();
  const auto look = [&](SqliteSession& session) -> Result<bool> {
    return !TRY(visible_messages(session, now, 1)).empty();
  };
  // An idle look only reads, so that many waiting workers do not stand in the way of those who write.
  if (!TRY(database_->read(look, deadline))) return std::vector<ReceivedMessage>{};

  const auto take = [&](SqliteSession& session) -> Result<std::vector<ReceivedMessage>> {
    constexpr int kRoundsMax = 100;  // of messages that all turn out to be dead
    std::vector<ReceivedMessage> received;
    for (int round = 0; round < kRoundsMax && received.size() < asked.count_max; ++round) {
      std::vector<Candidate> candidates =
          TRY(visible_messages(session, now, asked.count_max - received.size()));
      if (candidates.empty()) break;
      for (Candidate& candidate : candidates) {
        if (candidate.receive_count >= options_.receives_max) {
          TRY(session.run(
              "UPDATE messages SET is_dead = 1, receipt = NULL, visible_at = ?2 WHERE number = ?1",
              candidate.number, now.nanoseconds));
          continue;
        }
        candidate.message.receive_count = candidate.receive_count + 1;
        candidate.message.receipt = random_.uuid();
        TRY(
            session.run("UPDATE messages SET receive_count = receive_count + 1, receipt = ?2,"
                        " received_at = ?3, visible_at = ?4 WHERE number = ?1",
                        candidate.number, candidate.message.receipt, now.nanoseconds,
                        (now + asked.visibility).nanoseconds));
        received.push_back(std::move(candidate.message));
      }
      if (asked.visibility == seconds{0}) break;  // they are visible again: do not give one twice in a call
    }
    return received;
  };
  return database_->write(take, deadline);
}

Result<> SqliteQueue::remove(const std::string& receipt, Deadline deadline) {
  const std::uint64_t removed =
      TRY_IN("queue", database_->write(
                          [&](SqliteSession& session) {
                            return session.run("DELETE FROM messages WHERE receipt = ?1", receipt);
                          },
                          deadline));
  return removed == 0 ? Result<>(void_receipt()) : Result<>();
}

Result<> SqliteQueue::change_visibility(const std::string& receipt, seconds visibility, Deadline deadline) {
  TRY(check_visibility(visibility));
  const Timestamp now = clock_.now();
  const auto change = [&](SqliteSession& session) -> Result<std::uint64_t> {
    {
      SqliteStatement row =
          TRY(session.query("SELECT received_at FROM messages WHERE receipt = ?1", receipt));
      const bool is_there = TRY(row.step());
      if (is_there && now + visibility > Timestamp{row.integer(0)} + kVisibilityMax) {
        return Error{Fault::Invalid, "visibility: ends over 43200 s after the receive"};
      }
    }
    return session.run("UPDATE messages SET visible_at = ?2 WHERE receipt = ?1 AND visible_at > ?3", receipt,
                       (now + visibility).nanoseconds, now.nanoseconds);
  };
  const std::uint64_t changed = TRY_IN("queue", database_->write(change, deadline));
  if (changed == 0) return void_receipt();
  if (visibility == seconds{0}) announce_arrival();
  return {};
}

Result<QueueDepth> SqliteQueue::depth(Deadline deadline) {
  const std::int64_t now = clock_.now().nanoseconds;
  const auto count = [&](SqliteSession& session) -> Result<QueueDepth> {
    const auto rows_of = [&](std::string_view sql, auto... values) -> Result<std::uint64_t> {
      SqliteStatement row = TRY(session.query(sql, values...));
      const bool has_row = TRY(row.step());
      return has_row ? static_cast<std::uint64_t>(row.integer(0)) : 0;
    };
    constexpr std::string_view kWaiting =
        "SELECT count(*) FROM messages WHERE is_dead = 0 AND visible_at <= ?1";
    constexpr std::string_view kInFlight =
        "SELECT count(*) FROM messages WHERE is_dead = 0 AND visible_at > ?1 AND receipt IS NOT NULL";
    constexpr std::string_view kDelayed =
        "SELECT count(*) FROM messages WHERE is_dead = 0 AND visible_at > ?1 AND receipt IS NULL";
    QueueDepth depth;
    depth.waiting = TRY(rows_of(kWaiting, now));
    depth.in_flight = TRY(rows_of(kInFlight, now));
    depth.delayed = TRY(rows_of(kDelayed, now));
    depth.dead = TRY(rows_of("SELECT count(*) FROM messages WHERE is_dead = 1"));
    return depth;
  };
  return TRY_IN("queue", database_->read(count, deadline));
}

Result<std::vector<ReceivedMessage>> SqliteQueue::dead_letters(std::size_t count_max, Deadline deadline) {
  const auto look = [&](SqliteSession& session) -> Result<std::vector<ReceivedMessage>> {
    SqliteStatement rows =
        TRY(session.query("SELECT id, body, sent_at, receive_count FROM messages WHERE is_dead = 1"
                          " ORDER BY visible_at, number LIMIT ?1",
                          limit_of(count_max)));
    std::vector<ReceivedMessage> letters;
    while (TRY(rows.step())) {
      ReceivedMessage& letter = letters.emplace_back();
      letter.id = rows.text(0);
      letter.body = rows.text(1);
      letter.sent_at = Timestamp{rows.integer(2)};
      letter.receive_count = static_cast<std::uint32_t>(rows.integer(3));
    }
    return letters;
  };
  return TRY_IN("queue", database_->read(look, deadline));
}

Result<std::uint64_t> SqliteQueue::redrive(std::size_t count_max, Deadline deadline) {
  const std::int64_t limit = count_max == 0 ? -1 : limit_of(count_max);  // -1: SQLite's word for all
  const std::uint64_t redriven = TRY_IN(
      "queue",
      database_->write(
          [&](SqliteSession& session) {
            return session.run(
                "UPDATE messages SET is_dead = 0, receive_count = 0, receipt = NULL, visible_at = ?1 WHERE "
                "number IN"
                " (SELECT number FROM messages WHERE is_dead = 1 ORDER BY visible_at, number LIMIT ?2)",
                clock_.now().nanoseconds, limit);
          },
          deadline));
  if (redriven > 0) announce_arrival();
  return redriven;
}

Result<std::uint64_t> SqliteQueue::purge(Deadline deadline) {
  return TRY_IN("queue", database_->write(
                             [](SqliteSession& session) {
                               return session.run("DELETE FROM messages WHERE is_dead = 1");
                             },
                             deadline));
}

std::stop_token SqliteQueue::next_arrival() {
  const MutexLock lock(arrivals_mutex_);
  return arrivals_.get_token();
}

void SqliteQueue::announce_arrival() {
  std::stop_source announced;
  {
    const MutexLock lock(arrivals_mutex_);
    announced = std::exchange(arrivals_, std::stop_source());
  }
  announced.request_stop();
}

}  // namespace headgate::local
