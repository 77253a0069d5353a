// The collect stage: finds the log files of pods, reads them, puts their records into batches, and seals
// batches into the spool. Other threads upload them (uploader.h). What is stored is then confirmed here,
// which moves the checkpoints.
// Tests: tests/sim/tailing_test.cc, tests/sim/restarting_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/repeated_log.h"
#include "base/result.h"
#include "collect/batch/open_batches.h"
#include "collect/batch/spool.h"
#include "collect/batch/spool_shares.h"
#include "collect/first_start.h"
#include "collect/follower.h"
#include "collect/held_bytes.h"
#include "collect/progress/checkpoints.h"
#include "collect/tail/container_tail.h"
#include "model/object_key.h"
#include "ports/clock.h"
#include "ports/disk.h"
#include "ports/file_events.h"
#include "ports/kube.h"
#include "ports/linked_files.h"
#include "ports/random.h"

namespace headgate::collect {

struct CollectorOptions {
  std::string pod_logs = "/var/log/pods";
  std::string data_directory;
  ClusterId cluster;
  NodeName node;  // in the keys of packed objects
  KeyTemplate key_template;
  Start start_at = Start::Begin;  // in files that exist at the first start
  PodBatch::Options batch;
  BatchPolicy policy;
  std::map<Namespace, BatchPolicy> policies = {};  // of namespaces that have their own
  std::size_t batches_open_max = 1024;
  std::size_t buffers_bytes_max = 16U << 20U;  // of all open batches together
  std::uint64_t thorough_bytes_per_second = 16U << 20U;
  std::size_t compressors_max = 16;  // at once; the least recently used one is freed
  std::uint64_t spool_bytes_max = 10ULL << 30U;
  std::uint64_t spool_free_bytes_min = 1ULL << 30U;
  // Of log files that were deleted and are not read to their end. Over this limit, and while less than
  // spool_free_bytes_min is free on the disk of the logs, those that were written longest ago are closed.
  std::uint64_t deleted_bytes_max = 1ULL << 30U;
  std::chrono::milliseconds record_wait_max{30'000};  // for the end of a record; then it is delivered without
  std::size_t record_bytes_max = 1U << 20U;
  TimeWindow time_window = {};                       // in which a message's own time is believed
  MultilinePatterns::Texts multiline_patterns = {};  // beside the presets
  RecordJoiner::Options multiline = {};              // `pattern` is each container's
  std::size_t held_bytes_max = 16U << 20U;           // of lines that wait for more lines of their record
  std::size_t open_bytes_max = 8U << 20U;            // of records whose pieces are still coming
  std::size_t open_files_max = 1'000'000;  // log files; above it idle ones are closed, and new ones wait
  std::chrono::milliseconds scan_interval{1000};         // of all directories: polling, and after one changed
  std::chrono::milliseconds idle_scan_interval{10'000};  // while FileEvents tell what changes
  std::chrono::milliseconds quiet_min{5000};
  Admission::Options admission = {};
};

// The collect thread owns it, and no other thread calls it. After a crash at any point, open() continues:
// lines in sealed batches are not read again, all others are.
class Collector {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    Disk& disk;
    Kube& kube;
    Metrics& metrics;
    FileEvents* events = nullptr;  // null: the directories are polled
    Disk* pod_logs = nullptr;      // opens log files; null: `disk` does
    LinkedFiles* links = nullptr;  // lists files beside those behind links; null: nothing is known of them
    Disk& logs() const { return pod_logs != nullptr ? *pod_logs : disk; }
  };
  // Fails when the pod log directory cannot be listed, or the data directory is not ours to use.
  static Result<std::unique_ptr<Collector>> open(Deps deps, CollectorOptions options);
  ~Collector();

  // One round: lists directories if it is time, reads every container with new lines once, seals batches that
  // are due. False: there was nothing to read. After `read_until` no further container is read. An error is
  // about the disk of the data directory: nothing is lost, call again later.
  Result<bool> turn(Deadline read_until = Deadline::never());
  // The next turn lists all directories.
  void look_again() { next_scan_at_ = kLongAgo; }

  // Batches to upload: sealed since the last call, and at first those that an earlier run left.
  std::vector<std::uint64_t> take_sealed() { return batches_.take_sealed(); }
  // These batches are in the store: moves the checkpoints and deletes the batches from the spool. Also
  // repeats what failed in the last call.
  Result<> confirm(std::vector<BatchManifest> stored);
  // The batch was found damaged on our disk.
  Result<> set_aside(std::uint64_t sequence);

  // Seals all open batches.
  Result<> seal_all();
  // Seals all open batches before the agent stops: records that have not ended are delivered too, as parts.
  Result<> seal_to_leave();
  const Spool& spool() const { return spool_; }
  // Memory that the buffers of all open batches take.
  std::size_t buffered_bytes() const { return batches_.buffered_bytes(); }

 private:
  using Followed = FollowedContainer;

  Collector(Deps deps, CollectorOptions options, MultilinePatterns patterns, Checkpoints checkpoints,
            Spool spool);
  Result<> check_packed_keys();
  void take_events(SteadyTime now);
  Result<> scan(SteadyTime now);
  Result<> begin_first_run(const Scan& scan);
  void note_unreadable(const Scan& scan, SteadyTime now);
  void note_unreadable(const std::vector<Error>& unreadable, SteadyTime now);
  void note_refused(const Scan& scan, SteadyTime now);
  void see(const SeenContainer& seen, SteadyTime now);
  void see_files(Followed& followed, const SeenContainer& seen, SteadyTime now);
  void note_lost_behind_links(const Followed& followed, const LostBehindLink& lost, SteadyTime now);
  void look_again(const ContainerKey& id, Followed& followed, SteadyTime now);
  void take_changes(SteadyTime now);
  void see_reselected(SteadyTime now);
  bool is_at_end(const Followed& followed, const ContainerTail::Read& read) const;
  Result<> finish_ending(SteadyTime now);
  Result<> seal_ending(SteadyTime now);
  void look_anew(const ContainerKey& id, const std::string& directory, SteadyTime now);
  Follower::Containers::iterator unfollow(Follower::Containers::iterator container);
  void drop_done(const Scan& scan, const std::set<ContainerKey>& present);
  Result<bool> read_all(SteadyTime now, Deadline read_until);
  std::uint64_t room_now() const;
  Result<bool> waits_for_room(Followed& followed, SteadyTime now);
  Result<bool> read_one(Followed& followed, SteadyTime now);
  void read_everything_again();
  void count_open(Followed& followed);
  void bound_open_files();
  void bound_deleted(SteadyTime now);
  void look_while_full(SteadyTime now);
  Result<> bound_held(SteadyTime now);
  using Held = std::size_t Followed::*;
  Followed* largest_holder(const HeldBytes& bytes, Held held);
  void count_held(Followed& followed);
  Result<> take_held(Followed& followed, const Result<ReadCounts>& taken);
  void count(const ReadCounts& counts);
  void measure(SteadyTime now);

  Deps deps_;
  const CollectorOptions options_;
  CollectorMeters meters_;
  Checkpoints checkpoints_;
  Spool spool_;
  SpoolShares shares_;
  OpenBatches batches_;
  Decompressors decompressors_;
  RepeatedLog said_;   // what is found at each look is logged once an hour
  Follower follower_;  // over all of the above
  std::vector<BatchManifest> unconfirmed_;
  HeldBytes held_bytes_;
  HeldBytes open_bytes_;
  std::size_t open_files_ = 0;
  LostBehindLink lost_behind_links_;  // not logged yet
  std::uint64_t lines_let_go_ = 0;    // of deleted files, not logged yet
  std::vector<char> buffer_;
  SteadyTime scanned_at_;
  SteadyTime next_scan_at_;
  SteadyTime next_due_at_;  // no container is to be read or listed before
  SteadyTime measured_at_;
  SteadyTime paused_until_;        // after an error of the disk of the data directory
  std::uint64_t room_ = 0;         // bytes free in the spool when this turn began
  std::uint64_t spool_bytes_ = 0;  // bytes used in the spool when this turn began
  bool is_full_ = false;
  bool must_scan_soon_ = false;  // old lines of a container could not be skipped yet
};

}  // namespace headgate::collect
