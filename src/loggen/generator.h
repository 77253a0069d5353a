// Fake log lines from a seed: the pure half of `headgate loggen`. Knows no files, no clock and no rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "loggen/chance.h"
#include "loggen/filler.h"
#include "loggen/fleet.h"
#include "loggen/formats.h"
#include "loggen/line.h"
#include "loggen/line_template.h"
#include "loggen/time_text.h"
#include "model/time/timestamp.h"

namespace headgate::loggen {

struct GeneratorOptions {
  std::uint64_t seed = 1;
  FleetOptions fleet = {};
  std::vector<Format> formats{kFormats.begin(), kFormats.end()};  // drawn anew for each line

  // Message bytes, without what a runtime adds: log-normal about the mean, between the bounds. A line is
  // never shorter than its format's own words, so that with audit events the mean comes out larger.
  std::size_t bytes_min = 64;
  std::size_t bytes_mean = 256;
  std::size_t bytes_max = 8192;

  double partial_percent = 0;  // lines over 16 KiB (to 48 KiB), whatever bytes_max says: runtimes split them
  double stderr_percent = 5;
  bool has_odd_lines = false;  // one line in 64 is odd (odd_lines.h), one in 4096 is of 1 MiB
};

constexpr std::size_t kLineBytesMax = 1024 * 1024;
constexpr std::size_t kPartialBytesMax = 3 * kFragmentBytesMax;

// One thread. The same options and the same times give the same bytes. Each line but empty and blank ones
// holds `seq=N`, `"seq":N` or `"seq":"N"`, N counting 1, 2, 3, ... within its pod (all containers together),
// so that whoever has all lines of a pod can tell what is missing.
class Generator {
 public:
  // Invalid, naming the option, when a size is out of its bounds or too small for a format.
  static Result<Generator> make(GeneratorOptions options);

  const Fleet& fleet() const { return fleet_; }
  // `at` is in the years 1970 to 2262.
  Line next(Timestamp at);
  // Lines that next() gave a number, of all pods.
  std::uint64_t numbered() const { return numbered_; }

 private:
  struct OddLine {
    FieldSequence fields;
    bool has_sequence = false;
  };
  Generator(GeneratorOptions options, Fleet fleet, Chance chance);
  Result<> fit_formats();
  std::string_view write_odd(LineContext& line, std::size_t pod);
  std::string_view write_format(LineContext& line, std::size_t pod);
  std::string_view write_template(const LineTemplate& pattern, std::size_t bytes, const LineContext& line);
  std::uint64_t take_number(std::size_t pod);
  bool happens(std::uint64_t threshold) { return (chance_.next() >> 32) < threshold; }

  GeneratorOptions options_;
  Fleet fleet_;
  Chance chance_;
  Filler filler_;
  std::vector<std::vector<LineTemplate>> templates_;  // by format, as in options
  std::vector<OddLine> odd_lines_;
  std::vector<std::uint32_t> sizes_;  // quantiles of the size distribution
  std::uint64_t partial_threshold_;   // of 2^32
  std::uint64_t stderr_threshold_;
  std::vector<std::uint64_t> last_numbers_;  // by pod
  std::uint64_t numbered_ = 0;
  TimeText time_;
  std::vector<char> buffer_;  // the line
  std::vector<char> ending_;  // what follows the filler, while its length is not yet known
};

}  // namespace headgate::loggen
