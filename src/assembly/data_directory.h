// The directory that an agent keeps its checkpoints and spool in: one process's, and writable by its user.
// Tests: tests/e2e/one_agent_test.py
#pragma once

#include <stop_token>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "local/process_lock.h"
#include "ports/clock.h"
#include "ports/disk.h"

namespace headgate::assembly {

// Makes collect.data_directory if need be, and locks it for the life of the lock. Waits for another process
// that has it as collect.lock_wait says, or until `stop` is asked for (Stopped).
Result<local::ProcessLock> lock_data_directory(Clock& clock, Disk& disk, const config::Config& config,
                                               const std::stop_token& stop);
// The same for local.state, whose queue and ledger take all workers of one `headgate local` for one.
Result<local::ProcessLock> lock_state(Clock& clock, const config::Config& config,
                                      const std::stop_token& stop);

// `error`, and what to do about it when it is that the data directory is another user's.
Error with_advice(Error error, const std::string& data_directory);

}  // namespace headgate::assembly
