#include "loggen/generator.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "loggen/odd_lines.h"
#include "loggen/sizes.h"

namespace headgate::loggen {
namespace {

constexpr std::uint32_t kOddEvery = 64;      // lines
constexpr std::uint32_t kHugeEvery = 64;     // odd lines
constexpr std::size_t kFillerBytesMin = 12;  // every line says something

std::uint64_t threshold_of(double percent) {
  return static_cast<std::uint64_t>(percent / 100 * 4294967296.0);
}

Result<> check_percent(std::string_view name, double percent) {
  if (percent >= 0 && percent <= 100) return {};
  return Error{Fault::Invalid, std::string(name) + ": must be from 0 to 100"};
}

Result<> check(const GeneratorOptions& options) {
  if (options.formats.empty()) return Error{Fault::Invalid, "format: none given"};
  if (options.bytes_max > kLineBytesMax) {
    return Error{Fault::Invalid, "max-bytes: over " + std::to_string(kLineBytesMax)};
  }
  if (options.bytes_min > options.bytes_max) return Error{Fault::Invalid, "min-bytes: over max-bytes"};
  if (options.bytes_mean == 0) return Error{Fault::Invalid, "size-mean: must be at least 1"};
  if (options.bytes_mean < options.bytes_min) return Error{Fault::Invalid, "size-mean: under min-bytes"};
  if (options.bytes_mean > options.bytes_max) return Error{Fault::Invalid, "size-mean: over max-bytes"};
  TRY(check_percent("partial-percent", options.partial_percent));
  return check_percent("stderr-percent", options.stderr_percent);
}

}  // namespace

Result<Generator> Generator::make(GeneratorOptions options) {
  TRY(check(options));
  Chance chance(options.seed);
  Fleet fleet = TRY(make_fleet(options.fleet, chance));
  Generator generator(std::move(options), std::move(fleet), chance);
  TRY(generator.fit_formats());
  return generator;
}

Generator::Generator(GeneratorOptions options, Fleet fleet, Chance chance)
    : options_(std::move(options)),
      fleet_(std::move(fleet)),
      chance_(chance),
      filler_(fleet_, chance_),
      sizes_(size_quantiles({.bytes_min = options_.bytes_min,
                             .bytes_mean = options_.bytes_mean,
                             .bytes_max = options_.bytes_max})),
      partial_threshold_(threshold_of(options_.partial_percent)),
      stderr_threshold_(threshold_of(options_.stderr_percent)),
      last_numbers_(fleet_.pods.size()) {
  for (const Format format : options_.formats) {
    std::vector<LineTemplate>& templates = templates_.emplace_back();
    for (const std::string_view pattern : patterns_of(format)) templates.emplace_back(pattern);
  }
  for (const std::string_view pattern : odd_patterns()) {
    odd_lines_.push_back(
        {.fields = FieldSequence(pattern), .has_sequence = pattern.find("<seq>") != std::string_view::npos});
  }
}

// Checks that every format can keep within bytes_max, and makes the buffers as large as any line.
Result<> Generator::fit_formats() {
  const NameWidths widths = widths_of(fleet_);
  std::size_t ending_bytes = 0;
  std::size_t line_bytes = std::max(kLineBytesMax, options_.bytes_max);
  for (std::size_t format = 0; format < templates_.size(); ++format) {
    for (const LineTemplate& pattern : templates_[format]) {
      const std::size_t after = pattern.after.bytes_max(widths);
      const std::size_t needed = pattern.before.bytes_max(widths) + kFillerBytesMin + after;
      if (needed > options_.bytes_max) {
        return Error{Fault::Invalid, "max-bytes: " + std::to_string(options_.bytes_max) +
                                         " is too small for " +
                                         std::string(name_of(options_.formats[format])) +
                                         ", which takes up to " + std::to_string(needed)};
      }
      ending_bytes = std::max(ending_bytes, after);
    }
  }
  for (const OddLine& odd : odd_lines_) line_bytes = std::max(line_bytes, odd.fields.bytes_max(widths));
  ending_.resize(ending_bytes);
  buffer_.resize(line_bytes);
  return {};
}

std::uint64_t Generator::take_number(std::size_t pod) {
  ++numbered_;
  return ++last_numbers_[pod];
}

Line Generator::next(Timestamp at) {
  const std::size_t index = chance_.below(static_cast<std::uint32_t>(fleet_.containers.size()));
  const Container& container = fleet_.containers[index];
  time_.set(at - kRuntimeDelay);
  const Stream stream = happens(stderr_threshold_) ? Stream::Stderr : Stream::Stdout;
  LineContext context{.pod = fleet_.pods[container.pod],
                      .container = container.name.view(),
                      .sequence = 0,
                      .time = time_,
                      .chance = chance_};
  const bool is_odd = options_.has_odd_lines && chance_.below(kOddEvery) == 0;
  const std::string_view message =
      is_odd ? write_odd(context, container.pod) : write_format(context, container.pod);
  return {.message = message, .container = index, .stream = stream, .at = at};
}

std::string_view Generator::write_format(LineContext& line, std::size_t pod) {
  const std::size_t bytes = happens(partial_threshold_)
                                ? kFragmentBytesMax + 1 + chance_.below(kPartialBytesMax - kFragmentBytesMax)
                                : chance_.one_of(std::span<const std::uint32_t>(sizes_));
  const auto& templates = chance_.one_of(std::span<const std::vector<LineTemplate>>(templates_));
  line.sequence = take_number(pod);
  return write_template(chance_.one_of(std::span<const LineTemplate>(templates)), bytes, line);
}

std::string_view Generator::write_odd(LineContext& line, std::size_t pod) {
  if (chance_.below(kHugeEvery) == 0) {
    line.sequence = take_number(pod);
    return write_template(templates_.front().front(), kLineBytesMax, line);
  }
  const OddLine& odd = chance_.one_of(std::span<const OddLine>(odd_lines_));
  if (odd.has_sequence) line.sequence = take_number(pod);
  const char* end = odd.fields.write(line, buffer_.data());
  return {buffer_.data(), static_cast<std::size_t>(end - buffer_.data())};
}

std::string_view Generator::write_template(const LineTemplate& pattern, std::size_t bytes,
                                           const LineContext& line) {
  char* into = pattern.before.write(line, buffer_.data());
  const char* ending = pattern.after.write(line, ending_.data());
  const auto ending_bytes = static_cast<std::size_t>(ending - ending_.data());
  const std::size_t own_bytes = static_cast<std::size_t>(into - buffer_.data()) + ending_bytes;
  into = filler_.write(std::max(bytes, own_bytes + kFillerBytesMin) - own_bytes, chance_, into);
  std::memcpy(into, ending_.data(), ending_bytes);
  into += ending_bytes;
  return {buffer_.data(), static_cast<std::size_t>(into - buffer_.data())};
}

}  // namespace headgate::loggen
