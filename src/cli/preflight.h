// Connects to everything that the settings name, and reports what is not as it must be, each with its fix.
// Tests: tests/e2e/check_test.py
#pragma once

#include <functional>

#include "base/result.h"
#include "cli/checklist.h"
#include "cli/process_run.h"

namespace headgate::cli {

enum class Part : std::uint8_t { Collect, Process, Api, All };

struct PreflightOptions {
  Part part = Part::All;
  std::string tenant;             // only this one's roles; empty: those of the first `tenants_max` rows
  std::size_t tenants_max = 100;  // rows whose roles are tried
};

// Tells each finding as soon as it is known. An Error: the settings cannot be used at all.
Result<> preflight(ProcessRun& run, const PreflightOptions& options,
                   const std::function<void(const Finding&)>& tell);

// The cheap part, which a worker runs when it starts.
struct QueuePreflight {
  Findings found;                     // of the queue's settings and our permissions: bad ones only
  bool may_change_visibility = true;  // without it no message comes back in time: the worker is not ready
};
QueuePreflight preflight_of_queue(assembly::AwsClients& clients, const config::Config& config, Clock& clock);

}  // namespace headgate::cli
