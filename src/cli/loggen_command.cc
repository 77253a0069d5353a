#include "cli/loggen_command.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/option_checks.h"
#include "cli/stop_signals.h"
#include "loggen/generator.h"
#include "loggen/pacer.h"
#include "loggen/pod_log_writer.h"
#include "loggen/run.h"
#include "loggen/stream_writer.h"

namespace headgate::cli {
namespace {

// Outside, readers take times in messages for something else (message_time.h).
constexpr std::string_view kStartTimeMin = "2000-01-01T00:00:00Z";
constexpr std::string_view kStartTimeMax = "2100-01-01T00:00:00Z";

// What the command line says, before it is understood.
struct Arguments {
  loggen::GeneratorOptions generator;
  loggen::RunOptions run;
  loggen::RotationOptions rotation{.bytes = 10 * 1024 * 1024};
  std::vector<std::string> formats{"mixed"};
  std::string start_time;
  std::string output = "-";
  double seconds = 0;
  bool is_cri = false;
};

std::string check_start_time(const std::string& text) {
  const std::optional<Timestamp> at = parse_rfc3339(text);
  if (!at) return "not an RFC 3339 time such as 2025-08-30T11:27:01Z: " + text;
  if (*at < parse_rfc3339(kStartTimeMin) || *at > parse_rfc3339(kStartTimeMax)) {
    return "not between 2000 and 2100: " + text;
  }
  return {};
}

std::string check_format(const std::string& name) {
  if (name == "mixed" || loggen::format_named(name)) return {};
  std::string known = "mixed";
  for (const loggen::Format format : loggen::kFormats) known += ", " + std::string(loggen::name_of(format));
  return "unknown format " + name + "; known are " + known;
}

std::vector<loggen::Format> formats_of(const std::vector<std::string>& names) {
  std::vector<loggen::Format> formats;
  for (const std::string& name : names) {
    if (name == "mixed") {
      formats.insert(formats.end(), loggen::kFormats.begin(), loggen::kFormats.end());
    } else {
      formats.push_back(*loggen::format_named(name));
    }
  }
  return formats;
}

void add_amount_options(CLI::App& app, Arguments& arguments) {
  app.add_option("--rate", arguments.run.rate, "Lines a second; 0 means as fast as possible")
      ->check(CLI::Range(std::uint64_t{0}, loggen::kRateMax))
      ->default_val(100);
  app.add_option("--count", arguments.run.count, "Lines in all; 0 means without end")->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "How many seconds to run; 0 means without end")
      ->check(seconds_check());
  app.add_option(
         "--seed", arguments.generator.seed,
         "The same seed and options give the same pods and messages; with --start-time the same bytes")
      ->capture_default_str();
  app.add_option("--start-time", arguments.start_time,
                 "Give the lines invented times that begin here, 1/rate apart (1 ms with --rate 0)")
      ->check(check_start_time);
}

void add_message_options(CLI::App& app, Arguments& arguments) {
  loggen::GeneratorOptions& generator = arguments.generator;
  app.add_option("--format", arguments.formats,
                 "plain, iso, json, klog, logfmt, go, audit or mixed; separate several by commas, or repeat "
                 "the option")
      ->delimiter(',')
      ->check(CLI::Validator(check_format, "", ""))
      ->capture_default_str();
  app.add_option("--min-bytes", generator.bytes_min, "Shortest message")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--size-mean", generator.bytes_mean, "Mean message size, of a log-normal distribution")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--max-bytes", generator.bytes_max, "Longest message")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--partial-percent", generator.partial_percent,
                 "Share of messages over 16 KiB, which a runtime splits (P and F)")
      ->check(number_check(0, 100))
      ->capture_default_str();
  app.add_option("--stderr-percent", generator.stderr_percent, "Share of lines on stderr")
      ->check(number_check(0, 100))
      ->capture_default_str();
  app.add_flag("--odd", generator.has_odd_lines,
               "Also write lines that careless readers cannot handle: not UTF-8, empty, CR, NUL, 1 MiB, lone "
               "surrogates");
}

void add_place_options(CLI::App& app, Arguments& arguments) {
  loggen::FleetOptions& fleet = arguments.generator.fleet;
  const CLI::Range number(1U, loggen::kContainersMax);
  app.add_option("--tenants", fleet.tenants, "Namespaces: tenant-a, tenant-b, ...")
      ->check(number)
      ->capture_default_str();
  app.add_option("--applications", fleet.applications, "Applications of each tenant")
      ->check(number)
      ->capture_default_str();
  app.add_option("--pods", fleet.pods, "Pods of each application")->check(number)->capture_default_str();
  app.add_option("--containers", fleet.containers, "Containers of each pod")
      ->check(number)
      ->capture_default_str();
  app.add_option("--output", arguments.output,
                 "- for standard output, or a directory for <namespace>_<pod>_<uid>/<container>/0.log")
      ->capture_default_str();
  app.add_flag("--cri", arguments.is_cri,
               "On standard output, write lines as a container runtime writes them");
  app.add_option("--rotate-bytes", arguments.rotation.bytes, "Rotate a log file at this size; 0 means never")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--rotate-keep", arguments.rotation.files,
                 "Files that are kept of a container, with the one that is being written")
      ->check(CLI::Range(std::size_t{2}, std::size_t{1000}))
      ->capture_default_str();
}

int fail(const Error& error) {
  fmt::print(stderr, "headgate loggen: {}\n", error.what);
  return error.fault == Fault::Invalid ? kExitUsage : kExitFailure;
}

void print_report(const loggen::RunReport& report, std::uint64_t numbered) {
  const double seconds = std::chrono::duration<double>(report.took).count();
  const double lines = static_cast<double>(report.lines);
  fmt::print(stderr, "loggen: {} lines ({} numbered), {} bytes, {:.3f} s, {:.0f} lines/s\n", report.lines,
             numbered, report.bytes, seconds, seconds > 0 ? lines / seconds : 0.0);
  if (report.behind.count() > 0) {
    fmt::print(stderr, "loggen: the output did not keep up with --rate: {:.3f} s of lines were not written\n",
               std::chrono::duration<double>(report.behind).count());
  }
}

// Each container holds a file open, and many systems allow 1024 unless asked for more. Where even that is too
// few, opening the file says so.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::unique_ptr<loggen::LineWriter>> open_writer(const Arguments& arguments,
                                                        const loggen::Fleet& fleet, const LoggenDeps& deps) {
  if (arguments.output == "-") {
    const auto framing = arguments.is_cri ? loggen::Framing::Cri : loggen::Framing::Plain;
    return std::unique_ptr<loggen::LineWriter>(std::make_unique<loggen::StreamWriter>(deps.output, framing));
  }
  raise_descriptor_limit();
  loggen::PodLogWriter writer = TRY(loggen::PodLogWriter::open(
      deps.disk, fleet, {.directory = arguments.output, .rotation = arguments.rotation}));
  return std::unique_ptr<loggen::LineWriter>(std::make_unique<loggen::PodLogWriter>(std::move(writer)));
}

Result<> generate(Arguments arguments, const LoggenDeps& deps) {
  StopSignals signals;
  arguments.generator.formats = formats_of(arguments.formats);
  if (arguments.seconds > 0) {
    arguments.run.time = std::chrono::milliseconds{std::llround(arguments.seconds * 1000)};
  }
  if (!arguments.start_time.empty()) arguments.run.start_time = parse_rfc3339(arguments.start_time);
  Result<loggen::Generator> made = loggen::Generator::make(std::move(arguments.generator));
  if (!made.ok())
    return Error{made.error().fault, "--" + made.error().what};  // its words begin with the option
  loggen::Generator generator = std::move(made).value();
  const std::unique_ptr<loggen::LineWriter> writer = TRY(open_writer(arguments, generator.fleet(), deps));
  const loggen::RunReport report =
      TRY(loggen::run(generator, *writer, deps.clock, arguments.run, signals.token()));
  print_report(report, generator.numbered());
  return {};
}

}  // namespace

Command add_loggen(CLI::App& parent, LoggenDeps deps) {
  CLI::App* app = parent.add_subcommand("loggen", "Write realistic invented logs at a chosen rate");
  // Shared by CLI11, which writes the options into it, and by run, which reads them; both live as long as
  // app.
  const auto arguments = std::make_shared<Arguments>();
  add_amount_options(*app, *arguments);
  add_message_options(*app, *arguments);
  add_place_options(*app, *arguments);
  app->footer(
      "Every line but empty and blank ones carries seq=N, \"seq\":N or \"seq\":\"N\", N counting 1, 2, 3, "
      "...\n"
      "within its pod, so that a gap can be found. SIGINT and SIGTERM end the run cleanly.");
  return {.app = app, .run = [arguments, deps] {
            const Result<> done = generate(*arguments, deps);
            return done.ok() ? 0 : fail(done.error());
          }};
}

}  // namespace headgate::cli
