// What tells the collector that log directories change.
// Tests: tests/e2e/log_files_test.py
#pragma once

#include <memory>

#include "local/inotify_events.h"

namespace headgate::assembly {

// As `logs` opens them; outlives it. None, with a warning, where the machine does not tell: they are polled
// then.
std::unique_ptr<local::InotifyEvents> watch_folders(const local::PodLogDisk& logs);

}  // namespace headgate::assembly
