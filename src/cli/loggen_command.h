// headgate loggen: realistic fake logs at a set rate, to standard output or as a node's pod-log directory.
#pragma once

#include "base/byte_sink.h"
#include "cli/command.h"
#include "ports/clock.h"
#include "ports/disk.h"

namespace headgate::cli {

// What the command depends on; all of it outlives the command.
struct LoggenDeps {
  Clock& clock;
  Disk& disk;
  ByteSink& output;  // of --output -
};

Command add_loggen(CLI::App& parent, LoggenDeps deps);

}  // namespace headgate::cli
