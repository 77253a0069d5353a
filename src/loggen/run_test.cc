#include "loggen/run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "loggen/pacer.h"
#include "loggen/stream_writer.h"

namespace headgate::loggen {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Timestamp kMoment{1'756'553'221'000'000'000};

// Time goes on only when slept, or by `cost` at each look.
class TestClock : public Clock {
 public:
  Timestamp now() const override { return kMoment + passed; }
  SteadyTime steady() const override {
    passed += cost;
    return SteadyTime{} + passed;
  }
  bool sleep(nanoseconds wait, const std::stop_token& stop) override {
    passed += wait;
    ++sleeps;
    return stop.stop_requested();
  }
  mutable nanoseconds passed{0};
  nanoseconds cost{0};
  int sleeps = 0;
};

// Remembers when lines came, and fails or stops when told to.
class Recorder : public LineWriter {
 public:
  explicit Recorder(const TestClock& test_clock) : clock(test_clock) {}
  Result<> write(const Line& line) override {
    if (lines.size() == fail_at) return failure;
    lines.push_back({clock.passed, line.at});
    if (lines.size() == stop_at) source.request_stop();
    return {};
  }
  Result<> flush() override {
    flushed = lines.size();
    return {};
  }
  std::uint64_t bytes() const override { return 7 * flushed; }

  struct Written {
    nanoseconds when;
    Timestamp at;
  };
  const TestClock& clock;
  std::vector<Written> lines;
  std::size_t flushed = 0;
  std::size_t fail_at = ~std::size_t{0};
  Error failure;
  std::size_t stop_at = ~std::size_t{0};
  std::stop_source source;
};

struct Rig {
  TestClock clock;
  Recorder recorder{clock};
  Generator generator = Generator::make({}).value();

  Result<RunReport> run_with(const RunOptions& options) {
    return run(generator, recorder, clock, options, recorder.source.get_token());
  }
};

TEST(Run, WritesAtTheRateForTheTime) {
  Rig rig;
  const RunReport report = rig.run_with({.rate = 250, .time = seconds(4)}).value();
  EXPECT_EQ(report.lines, 1000u);
  EXPECT_EQ(rig.recorder.flushed, 1000u);
  EXPECT_EQ(report.bytes, 7000u);
  EXPECT_EQ(report.behind, nanoseconds(0));
  for (std::size_t line = 0; line < rig.recorder.lines.size(); ++line) {
    const nanoseconds due = milliseconds(4 * line);
    EXPECT_GE(rig.recorder.lines[line].when, due);
    EXPECT_LE(rig.recorder.lines[line].when, due + kPacingSlice);
    EXPECT_EQ(rig.recorder.lines[line].at, kMoment + due)
        << "a line's time is when it was due, not when we woke";
  }
}

TEST(Run, KeepsHighRatesInFewWakings) {
  Rig rig;
  const RunReport report = rig.run_with({.rate = 1'000'000, .time = milliseconds(500)}).value();
  EXPECT_EQ(report.lines, 500'000u);
  EXPECT_LE(rig.clock.sleeps, 51);
}

TEST(Run, EndsInTimeWhenTheWriterCannotKeepTheRate) {
  Rig rig;
  rig.clock.cost = milliseconds(5);  // a batch of 512 lines takes that long: a tenth of the rate
  const RunReport report = rig.run_with({.rate = 1'000'000, .time = seconds(3)}).value();
  EXPECT_LT(report.lines, 400'000u);
  EXPECT_LT(report.took, seconds(4));
  EXPECT_GT(report.behind, seconds(1));
}

TEST(Run, StopsAtTheCount) {
  Rig rig;
  EXPECT_EQ(rig.run_with({.count = 1234}).value().lines, 1234u);
  EXPECT_EQ(rig.clock.sleeps, 0);
  EXPECT_EQ(rig.recorder.flushed, 1234u);
}

TEST(Run, StopsAfterTheTimeWithoutARate) {
  Rig rig;
  rig.clock.cost = milliseconds(1);
  const RunReport report = rig.run_with({.time = milliseconds(20)}).value();
  EXPECT_GT(report.lines, 0u);
  EXPECT_LE(report.took, milliseconds(25));
}

TEST(Run, StopsWhenAskedAndFlushesWhatItDrew) {
  Rig rig;
  rig.recorder.stop_at = 40;
  const RunReport report = rig.run_with({.rate = 1000}).value();
  EXPECT_GE(report.lines, 40u);
  EXPECT_LE(report.lines, 60u);
  EXPECT_EQ(rig.recorder.flushed, report.lines);
}

TEST(Run, EndsWellWhenTheReaderOfItsOutputHasGone) {
  Rig rig;
  rig.recorder.fail_at = 10;
  rig.recorder.failure = {Fault::Stopped, "gone"};
  EXPECT_EQ(rig.run_with({.count = 100}).value().lines, 10u);
}

TEST(Run, GivesTheWritersErrorOn) {
  Rig rig;
  rig.recorder.fail_at = 10;
  rig.recorder.failure = {Fault::Retry, "disk full"};
  const Result<RunReport> report = rig.run_with({.count = 100});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().what, "disk full");
}

TEST(Run, GivesEachLineALaterTimeThanTheOneBefore) {
  Rig rig;
  ASSERT_TRUE(rig.run_with({.count = 3000}).ok());  // the clock stands still meanwhile
  for (std::size_t line = 1; line < rig.recorder.lines.size(); ++line) {
    ASSERT_LT(rig.recorder.lines[line - 1].at, rig.recorder.lines[line].at);
  }
}

std::string bytes_of(const RunOptions& options, nanoseconds cost) {
  TestClock clock;
  clock.cost = cost;
  StringSink sink;
  StreamWriter writer(sink, Framing::Cri);
  Generator generator = Generator::make({.seed = 9, .has_odd_lines = true}).value();
  EXPECT_TRUE(run(generator, writer, clock, options, {}).ok());
  return sink.text;
}

TEST(Run, GivesTheSameBytesFromAStartTimeHoweverTheClockWent) {
  const RunOptions options{.rate = 5000, .count = 2000, .start_time = kMoment};
  EXPECT_EQ(bytes_of(options, nanoseconds(0)), bytes_of(options, milliseconds(3)));
  const std::string slow = bytes_of({.count = 3, .start_time = kMoment}, nanoseconds(0));
  EXPECT_TRUE(slow.starts_with("2025-08-30T11:27:01Z std")) << slow;
  EXPECT_NE(slow.find("\n2025-08-30T11:27:01.002Z std"), std::string::npos) << slow;
}

}  // namespace
}  // namespace headgate::loggen
