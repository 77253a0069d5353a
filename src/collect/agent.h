// The threads of the node agent: one collects, a few upload. `headgate collect` and `headgate local` run it.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/repeated_log.h"
#include "collect/batch/upload_schedule.h"
#include "collect/batch/uploader.h"
#include "collect/collector.h"

namespace headgate::collect {

class Agent {
 public:
  struct Options {
    CollectorOptions collector;
    Uploader::Options uploader;  // spool_directory is filled in
    std::size_t uploads = 4;     // at once
    Backoff backoff = {};        // of a tenant whose batches cannot be stored
    // Asked to stop when uploads are to be left off where they are: the store that they go to waits by it.
    std::stop_source leave{std::nostopstate};
    std::chrono::milliseconds poll{100};  // the pause after a round that found nothing to read
  };
  // Opens the spool and starts the threads.
  static Result<std::unique_ptr<Agent>> start(const Collector::Deps& deps, ObjectStore& store,
                                              Options options);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Reads for half of `grace` at most, seals all open batches, and waits until they are uploaded or `grace`
  // is over. Returns how many batches are not uploaded by then: they stay sealed for the next start.
  std::size_t stop(std::chrono::milliseconds grace);

 private:
  struct Uploaded {
    std::uint64_t sequence = 0;
    std::string tenant = {};  // of an upload that failed
    Result<BatchManifest> result;
  };
  Agent(const Collector::Deps& deps, ObjectStore& store, Options options);
  void collect_loop(const std::stop_token& stop);
  void upload_loop(const std::stop_token& stop);
  // One round; false when it found nothing to do.
  bool collect_round(Deadline read_until);
  // How often this failed since it was last logged, if it is to be logged now.
  std::optional<std::uint64_t> failed_times(std::string_view what);
  void hand_over();
  void take_uploaded();
  void take_failed(const Uploaded& uploaded);
  std::string tenant_of(std::uint64_t sequence) const;

  static constexpr std::size_t kQueueLength =
      64;  // short, because UploadSchedule no longer orders what is in it

  const Collector::Deps deps_;
  const Options options_;
  std::unique_ptr<Collector> collector_;  // used by the collect thread only
  UploadSchedule schedule_;  // of batches that are not in to_upload_; used by the collect thread only
  std::unique_ptr<Uploader> uploader_;
  BoundedQueue<std::uint64_t> to_upload_{kQueueLength};
  BoundedQueue<Uploaded> uploaded_{kQueueLength};
  Deadline read_until_;  // of the collect thread's last rounds; written before it is asked to stop
  std::vector<std::jthread> uploaders_;
  RepeatedLog said_;
  std::jthread collect_;
};

}  // namespace headgate::collect
