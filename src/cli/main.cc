// Tests: tests/e2e/documented_commands_test.py

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>

#include "assembly/core_dumps.h"
#include "assembly/delivery_backend.h"
#include "assembly/version.h"
#include "cli/check_command.h"
#include "cli/collect_command.h"
#include "cli/command.h"
#include "cli/config_command.h"
#include "cli/descriptor_sink.h"
#include "cli/dlq_command.h"
#include "cli/local_command.h"
#include "cli/loggen_command.h"
#include "cli/printable_stream.h"
#include "cli/process_command.h"
#include "cli/replay_command.h"
#include "cli/standard_streams.h"
#include "cli/tenant_command.h"
#include "cli/undelivered_command.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "net/library.h"

int main(int argc, char** argv) {
  using namespace headgate;
  cli::open_missing_standard_descriptors();
  assembly::forbid_core_dumps();
  const config::Environment environment = config::process_environment();
  local::SystemClock clock;
  local::SystemRandom random;
  local::PosixDisk disk;
  std::optional<net::Library> library;  // opened when a tenant store in AWS is
  const auto open_tenant_store = [&](const config::Config& config,
                                     assembly::Access access) -> Result<std::shared_ptr<TenantStore>> {
    if (!library) library.emplace(TRY(net::Library::open()));
    return assembly::open_tenant_store(
        {.library = *library, .environment = environment, .clock = clock, .random = random, .disk = disk},
        config, access);
  };
  cli::DescriptorSink standard_output(STDOUT_FILENO, "standard output");
  cli::PrintableBuffer printable_output(std::cout, ::isatty(STDOUT_FILENO) == 1);
  cli::PrintableBuffer printable_complaints(std::cerr, ::isatty(STDERR_FILENO) == 1);
  std::ostream output(&printable_output);
  std::ostream complaints(&printable_complaints);
  complaints << std::unitbuf;
  const cli::CommandDeps deps{.environment = environment, .output = output, .complaints = complaints};

  CLI::App app(
      "Collects the logs of all tenants centrally, and delivers them into each tenant's own AWS account.",
      "headgate");
  app.require_subcommand(1);
  app.set_version_flag("--version", assembly::version_text(assembly::kCommit));
  const std::vector<cli::Command> commands = {
      cli::add_local(app, deps),
      cli::add_collect(app, deps),
      cli::add_process(app, deps, std::cin),
      cli::add_dlq(app, deps),
      cli::add_replay(app, deps),
      cli::add_undelivered(app, deps),
      cli::add_tenant(app, {.environment = environment,
                            .clock = clock,
                            .random = random,
                            .input = std::cin,
                            .output = output,
                            .complaints = complaints,
                            .open_store = open_tenant_store}),
      cli::add_config(app, deps),
      cli::add_check(app, deps),
      cli::add_loggen(app, {.clock = clock, .disk = disk, .output = standard_output}),
  };
  const int status =
      cli::run_command(app, commands, argc, argv, {.output = output, .complaints = complaints});
  return cli::status_with_output(status, output, complaints);
}
