// The agent of one node, with all that it depends on: the node's disk, the Kubernetes API, the central store,
// /metrics.
// Tests: tests/e2e/collect_test.py
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "collect/agent.h"
#include "config/config.h"
#include "config/config_load.h"
#include "http/health.h"
#include "http/server.h"
#include "local/inotify_events.h"
#include "local/pod_log_disk.h"
#include "local/posix_disk.h"
#include "local/process_lock.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "net/library.h"
#include "ports/kube.h"
#include "ports/object_store.h"

namespace headgate::assembly {

class NodeAgent {
 public:
  // Opens everything, then starts the threads; an error names the setting that it comes from, and nothing was
  // started. Needs no answer of the Kubernetes API or the store: an agent that starts during their outage
  // collects. Waits for another agent that has the data directory, until `stop` is asked for (Stopped).
  // `library` outlives the agent.
  static Result<std::unique_ptr<NodeAgent>> start(const net::Library& library,
                                                  const config::Environment& environment,
                                                  const config::Config& config, const std::stop_token& stop);
  ~NodeAgent();
  NodeAgent(const NodeAgent&) = delete;
  NodeAgent& operator=(const NodeAgent&) = delete;

  // Where /metrics is served; empty when it is off.
  std::string metrics_address() const { return server_ ? server_->address().str() : ""; }

  // Reads the rest of the files, seals and uploads it within `grace`. Returns how many batches stay in the
  // spool for the next start.
  std::size_t stop(std::chrono::milliseconds grace);

 private:
  NodeAgent() = default;
  Result<> start_all(const net::Library& library, const config::Environment& environment,
                     const config::Config& config, const std::stop_token& stop);
  Result<> open_kube(const net::Library& library, const config::Environment& environment,
                     const config::Config& config);
  Result<> start_server(const config::Config& config);
  Result<> start_agent(const config::Config& config);

  Metrics metrics_;
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  std::optional<local::ProcessLock>
      lock_;  // on the data directory; released after everything that writes there has ended
  std::unique_ptr<local::PodLogDisk> pod_logs_;
  std::unique_ptr<local::InotifyEvents> events_;
  std::stop_source stop_;  // ends calls to the store that outlast the grace
  std::shared_ptr<ObjectStore> store_;
  std::unique_ptr<Kube> pods_;
  http::Readiness readiness_;
  std::unique_ptr<collect::Agent> agent_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace headgate::assembly
