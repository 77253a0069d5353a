#include "local/sqlite.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <fstream>

#include "conformance/child_process.h"
#include "conformance/scratch_folder.h"
#include "local/system_clock.h"

namespace headgate::local {
namespace {

using conformance::ChildProcess;
using conformance::Reports;
using conformance::ScratchFolder;

constexpr std::array<std::string_view, 2> kSchema = {
    "CREATE TABLE numbers (number INTEGER PRIMARY KEY) STRICT",
    "CREATE TABLE words (word TEXT NOT NULL) STRICT"};

Result<std::unique_ptr<SqliteDatabase>> open(const std::string& file,
                                             std::span<const std::string_view> migrations = kSchema) {
  return SqliteDatabase::open(file, {.migrations = migrations, .busy_wait = std::chrono::milliseconds{50}});
}

Result<std::int64_t> count_numbers(SqliteDatabase& database) {
  const auto count = [](SqliteSession& session) -> Result<std::int64_t> {
    SqliteStatement row = TRY(session.query("SELECT count(*) FROM numbers"));
    TRY(row.step());
    return row.integer(0);
  };
  return database.read(count);
}

Result<std::uint64_t> insert(SqliteDatabase& database, std::int64_t number) {
  return database.write(
      [&](SqliteSession& session) { return session.run("INSERT INTO numbers VALUES (?1)", number); });
}

// As another program would.
void execute(const std::string& file, const char* sql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(::sqlite3_open(file.c_str(), &connection), SQLITE_OK);
  ASSERT_EQ(::sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << ::sqlite3_errmsg(connection);
  ASSERT_EQ(::sqlite3_close(connection), SQLITE_OK);
}

TEST(Sqlite, KeepsWhatWasWrittenAndUndoesWhatFailed) {
  const ScratchFolder folder;
  {
    const auto database = open(folder.at("state.db"));
    ASSERT_TRUE(database.ok()) << database.error().what;
    ASSERT_TRUE(insert(*database.value(), 1).ok());
    const auto half = [](SqliteSession& session) -> Result<> {
      TRY(session.run("INSERT INTO numbers VALUES (2)"));
      return Error{Fault::Stopped, "changed my mind"};
    };
    EXPECT_EQ(database.value()->write(half).error().fault, Fault::Stopped);
    EXPECT_EQ(insert(*database.value(), 1).error().fault, Fault::Invalid);  // a constraint
    EXPECT_EQ(count_numbers(*database.value()).value(), 1);
  }
  EXPECT_EQ(count_numbers(*open(folder.at("state.db")).value()).value(), 1);
}

TEST(Sqlite, KeepsTextByteForByte) {
  const ScratchFolder folder;
  const auto database = open(folder.at("state.db")).value();
  const std::string text("a\0b \xf0\x9f\x90\xb3 \"'", 11);
  const auto round_trip = [&](SqliteSession& session) -> Result<std::string> {
    TRY(session.run("INSERT INTO words VALUES (?1), ('')", text));
    SqliteStatement rows = TRY(session.query("SELECT word FROM words WHERE word = ?1", text));
    TRY(rows.step());
    return rows.text(0);
  };
  EXPECT_EQ(database->write(round_trip).value(), text);
  const auto empty = [&](SqliteSession& session) -> Result<bool> {
    SqliteStatement rows = TRY(session.query("SELECT word FROM words WHERE word = ?1", std::string_view()));
    return rows.step();
  };
  EXPECT_TRUE(database->read(empty).value());
}

TEST(Sqlite, AFileThatIsNoDatabaseIsInvalidAndNamed) {
  const ScratchFolder folder;
  std::ofstream(folder.at("state.db")) << std::string(8192, 'x');
  const auto opened = open(folder.at("state.db"));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::Invalid);
  EXPECT_NE(opened.error().what.find("state.db: file is not a database"), std::string::npos)
      << opened.error().what;
}

TEST(Sqlite, ADamagedFileIsOneClearErrorAtTheStart) {
  const ScratchFolder folder;
  const std::string file = folder.at("state.db");
  {
    const auto database = open(file).value();
    for (std::int64_t i = 0; i < 20'000; ++i) {
      if (i % 5000 != 0) continue;
      const auto many = [&](SqliteSession& session) -> Result<> {
        for (std::int64_t j = i; j < i + 5000; ++j) TRY(session.run("INSERT INTO numbers VALUES (?1)", j));
        return {};
      };
      ASSERT_TRUE(database->write(many).ok());
    }
  }
  std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
  constexpr std::streamoff kPageBytes = 4096;
  damaged.seekp(4 * kPageBytes);
  damaged << std::string(10 * kPageBytes, '\x5a');
  damaged.close();
  const auto opened = open(file);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::Invalid);
  EXPECT_NE(opened.error().what.find("state.db: "), std::string::npos) << opened.error().what;
}

TEST(Sqlite, AFileThatCannotBeOpenedIsDeniedAndNamed) {
  const ScratchFolder folder;
  std::ofstream(folder.at("file")) << "x";
  for (const std::string name : {"file/state.db", "missing/state.db", ""}) {
    const auto opened = open(folder.at(name));
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().fault, Fault::Denied) << opened.error().what;
    EXPECT_NE(opened.error().what.find(folder.at(name)), std::string::npos) << opened.error().what;
  }
}

TEST(Sqlite, LeavesTheDatabaseOfAnotherProgramAlone) {
  const ScratchFolder folder;
  execute(folder.at("theirs.db"), "CREATE TABLE bookmarks (url TEXT)");
  const auto opened = open(folder.at("theirs.db"));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::Invalid);
  execute(folder.at("theirs.db"), "INSERT INTO bookmarks VALUES ('x')");
}

TEST(Sqlite, BringsAnOlderFileUpToDateAndRefusesANewerOne) {
  const ScratchFolder folder;
  const std::string file = folder.at("state.db");
  const std::span<const std::string_view> older = std::span(kSchema).first(1);
  ASSERT_TRUE(insert(*open(file, older).value(), 7).ok());
  EXPECT_EQ(count_numbers(*open(file).value()).value(), 1);
  const auto refused = open(file, older);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Invalid);
  EXPECT_NE(refused.error().what.find("newer"), std::string::npos) << refused.error().what;
}

TEST(Sqlite, AMigrationThatFailsLeavesTheFileAsItWas) {
  const ScratchFolder folder;
  const std::string file = folder.at("state.db");
  constexpr std::array<std::string_view, 2> kBroken = {kSchema[0], "CREATE TABLE oops ("};
  EXPECT_EQ(open(file, kBroken).error().fault, Fault::Invalid);
  EXPECT_TRUE(open(file).ok());
}

TEST(Sqlite, AWriterThatWaitsTooLongForAnotherIsRetry) {
  const ScratchFolder folder;
  const auto first = open(folder.at("state.db")).value();
  const auto second = open(folder.at("state.db")).value();
  Fault fault_of_second = Fault::Stopped;
  const auto hold = [&](SqliteSession& session) -> Result<> {
    TRY(session.run("INSERT INTO numbers VALUES (1)"));
    fault_of_second = insert(*second, 2).error().fault;
    return {};
  };
  ASSERT_TRUE(first->write(hold).ok());
  EXPECT_EQ(fault_of_second, Fault::Retry);
  EXPECT_TRUE(insert(*second, 2).ok());
  EXPECT_EQ(count_numbers(*first).value(), 2);
}

TEST(Sqlite, AFullDiskIsRetryAndLosesNothingThatWasWritten) {
  const ScratchFolder folder;
  ChildProcess child([&](const Reports&) {
    const auto database = open(folder.at("state.db")).value();
    if (!insert(*database, 1).ok()) return 1;
    conformance::limit_file_bytes(64U << 10U);
    Result<std::uint64_t> outcome = std::uint64_t{0};
    std::int64_t next = 2;
    while (next < 1000 && (outcome = insert(*database, next)).ok()) ++next;
    if (outcome.ok() || outcome.error().fault != Fault::Retry) return 2;
    if (outcome.error().what.find("state.db") == std::string::npos) return 3;
    conformance::limit_file_bytes(0);
    if (!insert(*database, next).ok()) return 4;
    return count_numbers(*database).value() == next ? 0 : 5;
  });
  EXPECT_EQ(child.wait(), 0);
}

TEST(Sqlite, ProcessesThatMakeTheFileTogetherAllOpenIt) {
  const ScratchFolder folder;
  for (int round = 0; round < 10; ++round) {
    const auto work = [&](const Reports&) {
      return open(folder.at("state-" + std::to_string(round) + ".db")).ok() ? 0 : 1;
    };
    ChildProcess first(work);
    ChildProcess second(work);
    ChildProcess third(work);
    EXPECT_EQ(first.wait() + second.wait() + third.wait(), 0) << round;
  }
}

TEST(Sqlite, WaitsForAnotherWriterUntilTheCallsDeadline) {
  const ScratchFolder folder;
  const std::string file = folder.at("state.db");
  const auto database =
      SqliteDatabase::open(file, {.migrations = kSchema, .busy_wait = std::chrono::seconds{60}});
  ASSERT_TRUE(database.ok());
  sqlite3* other = nullptr;
  ASSERT_EQ(::sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(::sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  SystemClock clock;
  const auto write = [&](Deadline deadline) {
    return (*database)->write(
        [](SqliteSession& session) { return session.run("INSERT INTO numbers VALUES (1)"); }, deadline);
  };
  const SteadyTime before = clock.steady();
  const auto late = write(Deadline::after(before, std::chrono::milliseconds{100}));
  EXPECT_EQ(late.error().fault, Fault::Retry);
  EXPECT_LT(clock.steady() - before, std::chrono::seconds{30});
  ASSERT_EQ(::sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_TRUE(write(Deadline{kLongAgo}).ok());  // nobody is in its way
  ::sqlite3_close(other);
}

}  // namespace
}  // namespace headgate::local
