// SQLite for our adapters: prepared statements, transactions, and errors as values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/deadline.h"
#include "base/mutex.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace headgate::local {

// A prepared statement, borrowed from its connection's cache. The destructor resets it and gives it back.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  SqliteStatement& operator=(SqliteStatement&&) = delete;
  ~SqliteStatement();

  // Goes to the next row; false at the end.
  Result<bool> step();
  // Values of the current row; columns are counted from 0.
  std::int64_t integer(int column) const;
  std::string text(int column) const;

 private:
  friend class SqliteSession;
  SqliteStatement(const class SqliteSession& session, sqlite3_stmt* statement)
      : session_(session), statement_(statement) {}
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view value);

  const SqliteSession& session_;
  sqlite3_stmt* statement_;
};

// Used instead of a file's path: an empty database that exists as long as its connection. It is for commands
// that only read, if there is no file yet and none may be created.
constexpr const char* kInMemory = ":memory:";

// The connection, as a transaction sees it. SQL is always a literal in our source; values are parameters ?1,
// ?2 and so on.
class SqliteSession {
 public:
  template <typename... Values>
  Result<SqliteStatement> query(std::string_view sql, const Values&... values) {
    SqliteStatement statement = TRY(prepare(sql));
    int index = 0;
    (statement.bind(++index, bindable(values)), ...);
    return statement;
  }
  // Runs a statement whose rows do not matter, and returns how many rows were changed.
  template <typename... Values>
  Result<std::uint64_t> run(std::string_view sql, const Values&... values) {
    SqliteStatement statement = TRY(query(sql, values...));
    while (TRY(statement.step())) {
    }
    return changes();
  }

  // The last error of SQLite, with the file's name. Busy, full and I/O errors are Fault::Retry. A file that
  // is damaged or not a database is Fault::Invalid. A file that we may not open or write is Fault::Denied.
  Error error(int code) const;

 private:
  friend class SqliteDatabase;
  Result<SqliteStatement> prepare(std::string_view sql);
  std::uint64_t changes() const;
  static std::int64_t bindable(std::int64_t value) { return value; }
  static std::string_view bindable(std::string_view value) { return value; }

  std::string file_;
  sqlite3* connection_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;  // one for each SQL text in our source
};

// Any thread: one connection, and a mutex that is held for a whole transaction. Other connections and
// processes may have the same file open; writers then wait for each other up to `busy_wait`, and no longer
// than to the call's deadline; after that it is Retry. WAL with synchronous=FULL: what write() answered
// survives a kill and a power loss.
class SqliteDatabase {
 public:
  struct Options {
    std::span<const std::string_view> migrations;  // the steps of the schema; PRAGMA user_version counts them
    std::chrono::milliseconds busy_wait{5000};
  };
  // Creates the file if it does not exist; its folder must exist. Detects a damaged file (PRAGMA quick_check,
  // which reads all of it). Fault::Invalid for a file of another program or of a newer headgate.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& file, const Options& options);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  // Runs `work(session)`, which returns a Result, in one transaction. It is committed if that is a value, and
  // otherwise rolled back.
  template <typename Work>
  auto write(Work&& work, Deadline deadline = Deadline::never()) {
    return transact("BEGIN IMMEDIATE", work,
                    deadline);  // IMMEDIATE, because a reader that becomes a writer would fail instead of
                                // wait
  }
  template <typename Work>
  auto read(Work&& work, Deadline deadline = Deadline::never()) {
    return transact("BEGIN", work, deadline);
  }

 private:
  explicit SqliteDatabase(std::string file) : file_(std::move(file)) {}
  Result<> prepare_file(const Options& options) REQUIRES(mutex_);
  Result<> migrate(std::span<const std::string_view> migrations);
  void roll_back() REQUIRES(mutex_);
  bool enter(Deadline deadline) TRY_ACQUIRE(true, mutex_);

  template <typename Work>
  std::invoke_result_t<Work&, SqliteSession&> transact(std::string_view begin, Work& work,
                                                       Deadline deadline) {
    if (!enter(deadline)) return Error{Fault::Retry, file_ + ": other threads use it for too long"};
    const MutexLock lock(mutex_, std::adopt_lock);
    TRY(session_.run(begin));
    auto outcome = work(session_);
    if (outcome.ok()) {
      const Result<std::uint64_t> committed = session_.run("COMMIT");
      if (committed.ok()) return outcome;
      roll_back();
      return committed.error();
    }
    roll_back();
    return outcome;
  }

  const std::string file_;
  std::chrono::milliseconds busy_wait_{0};  // not changed once the file is open
  Mutex mutex_;
  std::chrono::milliseconds waits_ GUARDED_BY(mutex_){-1};  // the busy timeout that the connection has now
  SqliteSession session_ GUARDED_BY(mutex_);
};

}  // namespace headgate::local
