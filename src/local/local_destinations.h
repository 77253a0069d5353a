// Tenants' destinations as folders: for trying the whole pipeline on one machine, and for tests.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/recently_used.h"
#include "local/append_files.h"
#include "local/directory_store.h"
#include "local/file_log_sink.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/random.h"

namespace headgate::local {

// Any thread; one process. Log groups are under <root>/cloudwatch/<tenant>/<target_region, or "local">/,
// buckets are <root>/s3/<bucket_name>, made at first use. A bucket is opened once whatever tenants share it.
// A sink is only a view of its folder, so it is made anew each time; what is costly, the open files, all
// sinks share. Sinks must not outlive this.
class LocalDestinations : public Destinations {
 public:
  struct Options {
    FileLogSink::Options log_sinks;
    std::size_t files_open_max = 256;
    std::size_t buckets_open_max = 256;
  };
  LocalDestinations(Clock& clock, Random& random, std::string root, Options options);

  // Invalid when the configuration has no tenant.
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                            Deadline deadline) override;
  // Invalid when it has no bucket name, or one that no folder can have.
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                              Deadline deadline) override;

 private:
  Clock& clock_;
  Random& random_;
  const std::string root_;
  const Options options_;
  AppendFiles files_;
  std::mutex mutex_;  // guards buckets_
  RecentlyUsed<DirectoryStore> buckets_;
};

}  // namespace headgate::local
