// Carries sealed batches from the spool to the store. A batch is uploaded byte for byte under the key it was
// sealed with, and only if nothing is there yet, so that trying again never makes a second object.
#pragma once

#include <cstdint>

#include "base/deadline.h"
#include "base/metrics.h"
#include "base/result.h"
#include "collect/batch/spool.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace headgate::collect {

// Any number of threads may call it: it keeps no state of its own, and reads only sealed spool files.
class Uploader {
 public:
  // Slower than that is no use: a part of 8 MiB takes no longer than the store's client gives one request.
  static constexpr std::uint64_t kBytesPerSecond = 64U << 10U;

  struct Options {
    std::string spool_directory;
    std::string agent_version;
    std::string node;
    std::chrono::milliseconds timeout{60'000};  // of one try, and on top what its bytes take
  };
  Uploader(Clock& clock, Disk& disk, ObjectStore& store, Metrics& metrics, Options options);

  // One try. Fault::Invalid: the batch is damaged on our disk, or gone from it, and will never do
  // (Collector::set_aside it). To be tried again is everything else, and so is all that the store or the
  // credentials say, also of this very request: that a bucket or a role is set up wrongly condemns no batch.
  Result<BatchManifest> upload(std::uint64_t sequence);

 private:
  Result<BatchManifest> store(std::uint64_t sequence);

  Clock& clock_;
  Disk& disk_;
  ObjectStore& store_;
  const Options options_;
  Counter& uploaded_;
  Counter& uploaded_bytes_;
  Counter& retries_;
  Counter& refusals_;
  Histogram& seconds_;
};

}  // namespace headgate::collect
