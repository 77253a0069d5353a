// The whole pipeline in one process on embedded parts. The stages are production's; only the backend differs:
// a directory for the central bucket, one SQLite file for queue, tenants and ledger, directories for what
// tenants receive.
// Tests: tests/e2e/whole_pipeline_test.py
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "assembly/central_store.h"
#include "assembly/delivery_workers.h"
#include "base/metrics.h"
#include "base/result.h"
#include "collect/agent.h"
#include "config/config.h"
#include "http/health.h"
#include "http/server.h"
#include "local/directory_store.h"
#include "local/inotify_events.h"
#include "local/local_destinations.h"
#include "local/named_pods.h"
#include "local/notifying_store.h"
#include "local/pod_log_disk.h"
#include "local/posix_disk.h"
#include "local/process_lock.h"
#include "local/sqlite_ledger.h"
#include "local/sqlite_queue.h"
#include "local/sqlite_tenant_store.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "tenants/directory.h"

namespace headgate::assembly {

class LocalPipeline {
 public:
  // Opens everything, then starts the threads. An error names what could not be opened, and nothing was
  // started. Waits for another process on the same files, until `stop` is asked for (Stopped).
  static Result<std::unique_ptr<LocalPipeline>> start(const config::Config& config,
                                                      const std::stop_token& stop);
  ~LocalPipeline();
  LocalPipeline(const LocalPipeline&) = delete;
  LocalPipeline& operator=(const LocalPipeline&) = delete;

  const Metrics& metrics() const { return metrics_; }
  // Where /metrics is served; empty when it is off.
  std::string metrics_address() const;
  Result<QueueDepth> queue_depth() { return queue_->depth(soon()); }

  // What stop() leaves for the next start.
  struct LeftOver {
    std::size_t batches = 0;     // sealed, not stored
    std::uint64_t messages = 0;  // objects not delivered, or waiting for another try
  };
  // Collects, stores and delivers the rest, and stops, within `grace`. The next start continues with what is
  // left.
  LeftOver stop(std::chrono::milliseconds grace);

 private:
  LocalPipeline() = default;
  // When a call to the queue is given up.
  Deadline soon() const { return Deadline::after(clock_.steady(), std::chrono::seconds{5}); }
  Result<> lock(const config::Config& config, const std::stop_token& stop);
  Result<> open_backend(const config::Config& config);
  Result<> start_agent(const config::Config& config);
  Result<> start_workers(const config::Config& config);
  Result<> start_server(const config::Config& config);

  Metrics metrics_;
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  // Released after everything that writes there has ended.
  std::optional<local::ProcessLock> data_lock_;
  std::optional<local::ProcessLock> state_lock_;
  local::NamedPods pods_;
  std::unique_ptr<local::PodLogDisk> pod_logs_;
  std::unique_ptr<local::InotifyEvents> events_;
  std::unique_ptr<local::DirectoryStore> store_;
  OtherStores other_stores_;
  std::unique_ptr<local::SqliteQueue> queue_;
  std::unique_ptr<local::NotifyingStore> notifying_store_;
  std::unique_ptr<local::SqliteTenantStore> tenant_store_;
  std::unique_ptr<local::SqliteLedger> ledger_;
  std::unique_ptr<local::LocalDestinations> destinations_;
  std::unique_ptr<tenants::TenantDirectory> tenants_;
  http::Readiness readiness_;
  std::unique_ptr<DeliveryWorkers> workers_;
  std::unique_ptr<collect::Agent> agent_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace headgate::assembly
