// A whole simulated installation in one thread: a node with pods, an agent, the central bucket, the queue, a
// processor, and three tenants' accounts. The agent and the processor are the real code; everything they
// touch is simulated and can fail.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "collect/batch/uploader.h"
#include "collect/collector.h"
#include "process/queue_worker.h"
#include "sim/faults.h"
#include "sim/inline_executor.h"
#include "sim/pod_writer.h"
#include "sim/sim_clock.h"
#include "sim/sim_disk.h"
#include "sim/sim_ledger.h"
#include "sim/sim_queue.h"
#include "sim/sim_store.h"
#include "sim/sim_tenants.h"

namespace headgate::sim {

// What a run ends with. Empty strings where the invariants of docs/contributing/architecture.md hold.
struct Report {
  std::string lost;          // a line that a tenant should have and has not
  std::string twice;         // a line delivered more often than crashes and lost replies explain
  std::string misdelivered;  // a line that another tenant has
  std::string changed;       // a line that nobody said, or out of order
  std::string unsettled;     // a delivery whose end is not known
  std::uint64_t calls = 0;
  std::uint64_t lines = 0;
  std::uint64_t crashes = 0;
  std::uint64_t packed_objects = 0;
  std::uint64_t lines_joined = 0;
};

class Simulation {
 public:
  struct Options {
    FaultPlan faults;
    std::uint32_t rounds = 60;  // of writing, while things go wrong
    bool copies_allowed = true;
    bool zstd = false;
    bool events = false;   // the agent is told what changes on its disk; else it polls
    bool joining = false;  // lines that go on with the ones before them
    enum class Packing : std::uint8_t { None, Some, All } packing = Packing::None;  // of tenants
  };
  explicit Simulation(Options options);
  ~Simulation();

  Report run();

 private:
  struct Agent;
  struct ProcessorSide;
  void round();
  void run_agent();
  void start_agent();
  void start_processor();
  void run_processor();
  void quiet_down();
  bool has_read_all() const;
  template <typename Act>
  void as_process(Act act, bool is_agent);

  std::array<std::size_t, 2> stored_of(const PodWriter& pod);
  void check_buckets(Report& report) const;
  void check_sinks(Report& report) const;
  void check_ledger(Report& report) const;
  // Which stored objects hold that message of that pod, for whoever reads a report.
  std::string where_stored(const std::string& pod, const std::string& message) const;

  const Options options_;
  SeededRandom random_;
  Faults faults_;
  SimClock clock_;
  SimDisk disk_;
  SimStore central_;
  SimQueue queue_;
  SimLedger ledger_;
  SimTenantStore tenant_store_;
  SimDestinations destinations_;
  std::vector<PodWriter> pods_;
  using Counts = std::map<std::string, std::array<std::size_t, 2>>;  // by pod, then by stream
  std::map<ObjectKey, Counts> stored_;                               // records of central objects
  std::uint64_t down_rounds_ = 0;                                    // the agent does not run
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<ProcessorSide> processor_;
};

}  // namespace headgate::sim
