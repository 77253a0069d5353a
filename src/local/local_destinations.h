// Tenants' destinations as folders: for trying the whole pipeline on one machine, and for tests.
// Tests: src/local/file_log_sink_test.cc
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/recently_used.h"
#include "local/append_files.h"
#include "local/directory_store.h"
#include "local/file_log_sink.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/random.h"

namespace headgate::local {

// Thread-safe; for one process. Log groups are under <root>/cloudwatch/<tenant>/<target_region, or "local">/.
// Buckets are <root>/s3/<bucket_name>, created at first use. Each bucket is opened once, even if tenants
// share it. A sink is only a view of its folder, so a new one is made each time. The sinks share the open
// files, and must not outlive this object.
class LocalDestinations : public Destinations {
 public:
  struct Options {
    FileLogSink::Options log_sinks;
    std::size_t files_open_max = 256;
    std::size_t buckets_open_max = 256;
  };
  LocalDestinations(Clock& clock, Random& random, std::string root, Options options);

  // Fault::Invalid if the configuration has no tenant.
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                            Deadline deadline) override;
  // Fault::Invalid if there is no bucket name, or if no folder can have that name.
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                              Deadline deadline) override;

 private:
  Clock& clock_;
  Random& random_;
  const std::string root_;
  const Options options_;
  AppendFiles files_;
  Mutex mutex_;
  RecentlyUsed<DirectoryStore> buckets_ GUARDED_BY(mutex_);
};

}  // namespace headgate::local
