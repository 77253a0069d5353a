// Uploads sealed batches from the spool to the store. A batch is uploaded byte for byte under the key it was
// sealed with, and only if that key does not exist, so that a repeated upload never makes a second object.
// Tests: tests/sim/uploading_test.cc
#pragma once

#include <cstdint>

#include "base/deadline.h"
#include "base/metrics.h"
#include "base/result.h"
#include "collect/batch/spool.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace headgate::collect {

// Any number of threads may call it: it keeps no state, and reads only sealed spool files.
class Uploader {
 public:
  // The slowest upload that is waited for. At this rate a part of 8 MiB takes as long as the store's client
  // gives one request.
  static constexpr std::uint64_t kBytesPerSecond = 64U << 10U;

  struct Options {
    std::string spool_directory;
    std::string agent_version;
    std::string node;
    std::chrono::milliseconds timeout{60'000};  // of one try, in addition to the time for its bytes
  };
  Uploader(Clock& clock, Disk& disk, ObjectStore& store, Metrics& metrics, Options options);

  // One try. Fault::Invalid: the batch is damaged on our disk, or gone from it, so no try can succeed: call
  // Collector::set_aside(). After every other error try again, also when the store or the credentials refuse
  // this very request: a bucket or role that is set up wrongly must not cost a batch.
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
