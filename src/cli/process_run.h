// One run of headgate process, in each of its modes.
// Tests: src/cli/process_lambda_test.cc, tests/e2e/aws_pipeline_test.py
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "assembly/aws_clients.h"
#include "assembly/delivery_backend.h"
#include "base/metrics.h"
#include "cli/config_command.h"
#include "config/config.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "model/names.h"
#include "net/library.h"
#include "process/processor.h"
#include "process/queue_worker.h"

namespace headgate::cli {

struct ProcessArguments {
  std::vector<std::string> objects;  // s3://bucket/key
  std::string event;                 // a file, or - for standard input
  std::string prefix;                // of mode scan
  std::string after;
  double age_min = 900;  // seconds
  bool is_dry_run = false;
  double grace = 25;  // seconds
};

// What the modes, and replay and dlq, have in common. The members outlive a run.
struct ProcessRun {
  const config::Config& config;
  const config::Environment& environment;
  const net::Library& library;
  std::ostream& output;
  std::stop_token stop;             // of the process
  process::WorkerStops stops = {};  // of what is under way
  Metrics metrics = Metrics();
  local::SystemClock clock = {};
  local::SystemRandom random = {};
  local::PosixDisk disk = {};

  assembly::ClientDeps client_deps() {
    return {.library = library,
            .environment = environment,
            .clock = clock,
            .random = random,
            .disk = disk,
            .metrics = &metrics};
  }
  // Of a worker's clients: the process's stop ends the wait for messages, and what else waits has its grace.
  assembly::ClientStops worker_stops() const {
    return {.all = stops.deliveries.get_token(), .writes = stops.writes.get_token(), .receive = stop};
  }
  process::Processor::Deps processor_deps(assembly::DeliveryBackend& deps) {
    return {.clock = clock,
            .central = deps.central_stores(),
            .ledger = deps.ledger(),
            .tenants = deps.tenants(),
            .destinations = deps.destinations(),
            .metrics = metrics};
  }
  // process.name, or a random one.
  LeaseOwner owner() {
    return LeaseOwner(config.process.name.empty() ? "worker-" + random.uuid() : config.process.name);
  }
};

// Reads the configuration, writes what is wrong with it, and lets `act` work until it is done or a signal
// comes. `command` stands first in complaints. Gives the exit status: an Error is kExitUsage when it is
// Invalid, else kExitFailure. `on_unusable` is told why the configuration cannot be used, too.
int run_configured(std::string_view command, const config::ConfigArguments& arguments,
                   const CommandDeps& deps, const std::function<Result<int>(ProcessRun& run)>& act,
                   const std::function<void(const Error& error)>& on_unusable = {});

// Each gives the exit status; its Error is why it could not start.
Result<int> process_queue(ProcessRun& run, std::chrono::milliseconds grace);  // mode sqs, until stopped
Result<int> process_lambda(ProcessRun& run);  // mode lambda, until Lambda ends us
// Why we end before we could begin: without it Lambda knows of an exit and nothing else.
void tell_lambda(const config::Environment& environment, const Error& error);
// Lambda runs us many times at once with one configuration, and a name in the ledger must be one process's:
// two of a name would deliver one object together. So process.name only begins it.
LeaseOwner lambda_owner(const std::string& name, Random& random);
Result<int> process_by_hand(ProcessRun& run, const ProcessArguments& arguments, std::istream& input);
Result<int> process_by_scan(ProcessRun& run, const ProcessArguments& arguments);

}  // namespace headgate::cli
