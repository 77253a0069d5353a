// headgate loggen: realistic fake logs at a set rate, to standard output or as a node's pod-log directory.
#pragma once

#include "base/byte_sink.h"
#include "cli/command.h"
#include "ports/clock.h"
#include "ports/disk.h"

namespace headgate::cli {

// The worlds that the command works in; all outlive the command.
struct LoggenWorld {
  Clock& clock;
  Disk& disk;
  ByteSink& output;  // of --output -
};

Command add_loggen(CLI::App& parent, LoggenWorld world);

}  // namespace headgate::cli
