#include "local/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/mutex.h"
#include "local/posix_file.h"
#include "local/system_clock.h"

namespace headgate::local {
namespace {

constexpr std::int64_t kApplicationId = 0x48646774;  // "Hdgt", for PRAGMA application_id
constexpr std::int64_t kWalBytesKept = 64LL << 20U;  // how much of the log stays after a checkpoint

Fault fault_of(int primary_code) {
  switch (primary_code) {
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Fault::Denied;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:
      return Fault::Invalid;
    default:  // BUSY, LOCKED, FULL, IOERR, NOMEM, PROTOCOL, INTERRUPT, ...
      return Fault::Retry;
  }
}

}  // namespace

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : session_(other.session_), statement_(std::exchange(other.statement_, nullptr)) {}

SqliteStatement::~SqliteStatement() {
  if (statement_ == nullptr) return;
  ::sqlite3_reset(statement_);
  ::sqlite3_clear_bindings(statement_);
}

Result<bool> SqliteStatement::step() {
  const int code = ::sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return session_.error(code);
}

std::int64_t SqliteStatement::integer(int column) const {
  return ::sqlite3_column_int64(statement_, column);
}

std::string SqliteStatement::text(int column) const {
  const void* const bytes = ::sqlite3_column_blob(statement_, column);  // not converted: the file is UTF-8
  const int count = ::sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return {};
  return std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

void SqliteStatement::bind(int index, std::int64_t value) {
  CHECK(::sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
}

void SqliteStatement::bind(int index, std::string_view value) {
  // A null pointer would be bound as NULL, not as an empty text.
  const char* const bytes = value.data() == nullptr ? "" : value.data();
  // A text longer than SQLite's limit (10^9 bytes) is our own mistake, since all of ours have far lower
  // limits.
  CHECK(::sqlite3_bind_text64(statement_, index, bytes, value.size(),
                              SQLITE_TRANSIENT,  // NOLINT(performance-no-int-to-ptr): SQLite's own macro
                              SQLITE_UTF8) == SQLITE_OK);
}

Error SqliteSession::error(int code) const {
  const int primary_code = code & 0xff;
  CHECK(primary_code != SQLITE_MISUSE && primary_code != SQLITE_RANGE);
  std::string words = file_ + ": ";
  words += connection_ != nullptr ? ::sqlite3_errmsg(connection_) : ::sqlite3_errstr(code);
  const int error_number = connection_ != nullptr ? ::sqlite3_system_errno(connection_) : 0;
  const bool is_of_the_system = primary_code == SQLITE_IOERR || primary_code == SQLITE_CANTOPEN;
  if (is_of_the_system && error_number != 0) {
    words += fmt::format(" ({})", std::generic_category().message(error_number));
  }
  return Error{fault_of(primary_code), std::move(words)};
}

Result<SqliteStatement> SqliteSession::prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* prepared = nullptr;
    const int code = ::sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return error(code);
    found = statements_.emplace(std::string(sql), prepared).first;
  }
  CHECK(::sqlite3_stmt_busy(found->second) == 0);  // not borrowed twice at the same time
  return SqliteStatement(*this, found->second);
}

std::uint64_t SqliteSession::changes() const {
  return static_cast<std::uint64_t>(::sqlite3_changes64(connection_));
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& file,
                                                             const Options& options) {
  // When several processes switch a new file to WAL at once, SQLite does not wait. A flock on the folder lets
  // one do it at a time. If the folder cannot be opened, SQLite's error is the better one.
  const Result<FileDescriptor> folder = open_file(parent_of(file), O_RDONLY | O_DIRECTORY);
  if (folder.ok() && file != kInMemory) TRY(lock_file(folder->get(), parent_of(file)));

  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(file));
  {
    const MutexLock lock(database->mutex_);
    SqliteSession& session = database->session_;
    session.file_ = file;
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = ::sqlite3_open_v2(file.c_str(), &session.connection_, kFlags, nullptr);
    if (code != SQLITE_OK) return session.error(code);
    TRY(database->prepare_file(options));
  }
  TRY(database->migrate(options.migrations));
  return database;
}

Result<> SqliteDatabase::prepare_file(const Options& options) {
  ::sqlite3_extended_result_codes(session_.connection_, 1);
  busy_wait_ = options.busy_wait;
  ::sqlite3_busy_timeout(session_.connection_, static_cast<int>(busy_wait_.count()));
  const auto first_of = [](SqliteSession& session, std::string_view sql) -> Result<std::string> {
    SqliteStatement statement = TRY(session.query(sql));
    const bool has_row = TRY(statement.step());
    return has_row ? statement.text(0) : std::string();
  };
  // Look first, because we must not switch another program's file to WAL.
  const std::string application = TRY(first_of(session_, "PRAGMA application_id"));
  const std::string tables = TRY(first_of(session_, "SELECT count(*) FROM sqlite_schema"));
  if (application != std::to_string(kApplicationId) && (application != "0" || tables != "0")) {
    return Error{Fault::Invalid, file_ + ": this is the database of another program"};
  }
  const std::string mode = TRY(first_of(session_, "PRAGMA journal_mode=WAL"));
  if (mode != "wal" && file_ != kInMemory) {
    return Error{Fault::Denied, file_ + ": this file system cannot share memory, which WAL needs"};
  }
  TRY(session_.run("PRAGMA synchronous=FULL"));
  TRY(session_.run("PRAGMA foreign_keys=ON"));
  TRY(session_.run(fmt::format("PRAGMA journal_size_limit={}", kWalBytesKept)));
  const std::string damage = TRY(first_of(session_, "PRAGMA quick_check(1)"));
  if (damage != "ok") return Error{Fault::Invalid, file_ + ": damaged: " + damage};
  return {};
}

Result<> SqliteDatabase::migrate(std::span<const std::string_view> migrations) {
  return write([&](SqliteSession& session) -> Result<> {
    std::size_t version = 0;
    {
      SqliteStatement statement = TRY(session.query("PRAGMA user_version"));
      if (TRY(statement.step())) version = static_cast<std::size_t>(statement.integer(0));
    }
    if (version > migrations.size()) {
      return Error{Fault::Invalid, fmt::format("{}: schema {} of a newer headgate; this one knows up to {}",
                                               file_, version, migrations.size())};
    }
    if (version == migrations.size()) return {};
    for (const std::string_view migration : migrations.subspan(version)) {
      const std::string statements(migration);
      const int code = ::sqlite3_exec(session.connection_, statements.c_str(), nullptr, nullptr, nullptr);
      if (code != SQLITE_OK) return session.error(code);
    }
    TRY(session.run(fmt::format("PRAGMA application_id={}", kApplicationId)));
    TRY(session.run(fmt::format("PRAGMA user_version={}", migrations.size())));
    return {};
  });
}

// Takes the connection from the other threads of this process, and sets how long SQLite waits for other
// processes. After the deadline it still tries, but does not wait. False when other threads use it too long.
bool SqliteDatabase::enter(Deadline deadline) {
  const auto left = [&] {
    const std::chrono::nanoseconds until = deadline.left(SystemClock().steady());
    return std::min(busy_wait_, std::chrono::ceil<std::chrono::milliseconds>(until));
  };
  if (deadline.at == Deadline::never().at) {
    mutex_.lock();
  } else if (!mutex_.try_lock() && !mutex_.try_lock_for(left())) {
    return false;
  }
  const std::chrono::milliseconds wait = left();
  if (wait != waits_) ::sqlite3_busy_timeout(session_.connection_, static_cast<int>(wait.count()));
  waits_ = wait;
  return true;
}

void SqliteDatabase::roll_back() {
  // SQLite may already have rolled it back after a full disk or an I/O error.
  if (::sqlite3_get_autocommit(session_.connection_) == 0) {
    const Result<std::uint64_t> ignored = session_.run("ROLLBACK");
    static_cast<void>(ignored);  // the earlier error says more
  }
}

SqliteDatabase::~SqliteDatabase() {
  for (const auto& [sql, statement] : session_.statements_) ::sqlite3_finalize(statement);
  ::sqlite3_close(session_.connection_);
}

}  // namespace headgate::local
