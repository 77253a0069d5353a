#include "loggen/run.h"

#include <algorithm>
#include <limits>

#include "loggen/pacer.h"

namespace headgate::loggen {
namespace {

// Lines between two looks at clock and stop.
constexpr std::uint64_t kBatchLines = 512;
constexpr std::chrono::milliseconds kMadeUpStep{1};
// How long after its end a paced run may still write lines that were due before it.
constexpr std::chrono::milliseconds kLastLinesGrace{100};
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t lines_max(const RunOptions& options) {
  const std::uint64_t counted = options.count == 0 ? kNoLimit : options.count;
  if (!options.time || options.rate == 0) return counted;
  const auto milliseconds = static_cast<std::uint64_t>(options.time->count());
  const std::uint64_t timed =
      milliseconds / 1000 * options.rate + (milliseconds % 1000 * options.rate + 999) / 1000;
  return std::min(counted, timed);
}

// When each line happened: made up, or by the clock.
class LineTimes {
 public:
  LineTimes(Clock& clock, const RunOptions& options) : clock_(clock), options_(options) {}

  // Before a batch of lines, the first of which was due at `due`.
  void look(SteadyTime due, SteadyTime now) {
    if (!options_.start_time) batch_ = clock_.now() - std::max<std::chrono::nanoseconds>(now - due, {});
  }
  // Of line `number`, counted from 0 since the start, `offset` after the first of its batch.
  Timestamp of(std::uint64_t number, std::chrono::nanoseconds offset) {
    if (options_.start_time) return *options_.start_time + made_up_offset(number);
    last_ = std::max(last_ + std::chrono::nanoseconds{1}, batch_ + offset);
    return last_;
  }

 private:
  std::chrono::nanoseconds made_up_offset(std::uint64_t number) const {
    if (options_.rate > 0) return Pacer::offset_of(number, options_.rate);
    return static_cast<std::int64_t>(number) * std::chrono::nanoseconds(kMadeUpStep);
  }

  Clock& clock_;
  const RunOptions& options_;
  Timestamp batch_;
  Timestamp last_;
};

SteadyTime end_of(const RunOptions& options, SteadyTime start) {
  if (!options.time) return SteadyTime::max();
  const std::chrono::nanoseconds grace = options.rate > 0 ? kLastLinesGrace : std::chrono::milliseconds{0};
  return start + *options.time + grace;
}

class Runner {
 public:
  Runner(Generator& generator, LineWriter& writer, Clock& clock, const RunOptions& options)
      : generator_(generator),
        writer_(writer),
        clock_(clock),
        options_(options),
        start_(clock.steady()),
        end_(end_of(options, start_)),
        pacer_(std::max<std::uint64_t>(options.rate, 1), start_),
        times_(clock, options) {}

  Result<> write_all(const std::stop_token& stop) {
    const std::uint64_t all = lines_max(options_);
    while (lines_ < all && !stop.stop_requested()) {
      const SteadyTime now = clock_.steady();
      if (now >= end_) break;
      const std::uint64_t due = options_.rate > 0 ? pacer_.due(now) : kNoLimit;
      if (due > 0) TRY(write_batch(std::min({due, all - lines_, kBatchLines}), now));
      if (due <= kBatchLines && lines_ < all) TRY(rest(stop));
    }
    return {};
  }

  RunReport report() const {
    return {.lines = lines_,
            .bytes = writer_.bytes(),
            .took = clock_.steady() - start_,
            .behind = pacer_.behind()};
  }

 private:
  Result<> write_batch(std::uint64_t lines, SteadyTime now) {
    const bool is_paced = options_.rate > 0;
    const SteadyTime first = is_paced ? pacer_.due_at() : now;
    times_.look(first, now);
    for (std::uint64_t line = 0; line < lines; ++line) {
      const std::chrono::nanoseconds offset =
          is_paced ? pacer_.due_at(line) - first : std::chrono::nanoseconds{0};
      TRY(writer_.write(generator_.next(times_.of(lines_, offset))));
      ++lines_;
    }
    pacer_.took(lines);
    return {};
  }

  Result<> rest(const std::stop_token& stop) {
    TRY(writer_.flush());
    const SteadyTime now = clock_.steady();
    if (now < end_) clock_.sleep(std::min(pacer_.rest(now), end_ - now), stop);
    return {};
  }

  Generator& generator_;
  LineWriter& writer_;
  Clock& clock_;
  const RunOptions& options_;
  const SteadyTime start_;
  const SteadyTime end_;
  Pacer pacer_;
  LineTimes times_;
  std::uint64_t lines_ = 0;
};

}  // namespace

Result<RunReport> run(Generator& generator, LineWriter& writer, Clock& clock, const RunOptions& options,
                      const std::stop_token& stop) {
  Runner runner(generator, writer, clock, options);
  Result<> written = runner.write_all(stop);
  if (written.ok()) written = writer.flush();
  if (!written.ok() && written.error().fault != Fault::Stopped) return std::move(written).error();
  return runner.report();
}

}  // namespace headgate::loggen
