#include "cli/process_run.h"

#include <unistd.h>

#include <ostream>
#include <sstream>

#include "assembly/large_memory.h"
#include "cli/command.h"
#include "cli/stop_signals.h"

namespace headgate::cli {
namespace {

// Above what a delivery's batch of ordinary lines takes.
constexpr int kLargeMemoryBytes = 2 << 20;

}  // namespace

int run_configured(std::string_view command, const config::ConfigArguments& arguments,
                   const CommandDeps& deps, const std::function<Result<int>(ProcessRun& run)>& act,
                   const std::function<void(const Error& error)>& on_unusable) {
  std::ostringstream complaints;
  const std::optional<config::Config> config = load_or_complain(arguments, deps.environment, complaints);
  deps.complaints << complaints.str();
  if (!config) {
    if (on_unusable) on_unusable(Error{Fault::Invalid, "configuration: " + complaints.str()});
    return kExitUsage;
  }
  configure_process(*config, ::isatty(STDERR_FILENO) == 1);
  const auto fail = [&](const Error& error) {
    deps.complaints << "headgate " << command << ": " << error.what << '\n';
    return error.fault == Fault::Invalid ? kExitUsage : kExitFailure;
  };
  assembly::give_back_large_memory(kLargeMemoryBytes);
  const Result<net::Library> library = net::Library::open();
  if (!library.ok()) return fail(library.error());
  const StopSignals signals;
  ProcessRun run{.config = *config,
                 .environment = deps.environment,
                 .library = *library,
                 .output = deps.output,
                 .stop = signals.token()};
  const Result<int> status = act(run);
  return status.ok() ? *status : fail(status.error());
}

}  // namespace headgate::cli
