#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/collect_command.h"
#include "cli/command.h"
#include "cli/config_command.h"
#include "cli/descriptor_sink.h"
#include "cli/local_command.h"
#include "cli/loggen_command.h"
#include "cli/tenant_command.h"
#include "cli/version.h"
#include "local/posix_disk.h"
#include "local/sqlite_tenant_store.h"
#include "local/system_clock.h"
#include "local/system_random.h"

namespace {

headgate::Result<std::unique_ptr<headgate::TenantStore>> open_tenant_store(
    const headgate::cli::Config& config) {
  using namespace headgate;
  local::PosixDisk disk;
  TRY_IN("local.root", disk.make_directories(config.local.root));
  return std::unique_ptr<TenantStore>(
      TRY_IN("local.state", local::SqliteTenantStore::open(config.local.state)));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace headgate;
  const cli::Environment environment = cli::process_environment();
  local::SystemClock clock;
  local::SystemRandom random;
  local::PosixDisk disk;
  cli::DescriptorSink standard_output(STDOUT_FILENO, "standard output");
  const cli::ConfigWorld world{.environment = environment, .output = std::cout, .complaints = std::cerr};

  CLI::App app("Centralised log ingestion, decentralised delivery", "headgate");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("headgate ") + cli::kVersion);
  const std::vector<cli::Command> commands = {
      cli::add_local(app, world),
      cli::add_collect(app, world),
      cli::add_tenant(app, {.environment = environment,
                            .clock = clock,
                            .random = random,
                            .input = std::cin,
                            .output = std::cout,
                            .complaints = std::cerr,
                            .open_store = open_tenant_store}),
      cli::add_config(app, world),
      cli::add_loggen(app, {.clock = clock, .disk = disk, .output = standard_output}),
  };
  return cli::run_command(app, commands, argc, argv);
}
