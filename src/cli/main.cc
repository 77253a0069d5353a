#include <unistd.h>

#include "cli/command.h"
#include "cli/descriptor_sink.h"
#include "cli/loggen_command.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"

int main(int argc, char** argv) {
  using namespace headgate;
  local::SystemClock clock;
  local::PosixDisk disk;
  cli::DescriptorSink standard_output(STDOUT_FILENO, "standard output");

  CLI::App app("Centralised log ingestion, decentralised delivery", "headgate");
  app.require_subcommand(1);
  const std::vector<cli::Command> commands = {
      cli::add_loggen(app, {.clock = clock, .disk = disk, .output = standard_output}),
  };
  return cli::run_command(app, commands, argc, argv);
}
