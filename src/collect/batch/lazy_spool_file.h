// The spool file of a batch. It is created by the first write, so that a batch without lines never touches
// the disk.
// Tests: tests/sim/partition_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_sink.h"
#include "base/result.h"
#include "collect/batch/spool.h"

namespace headgate::collect {

// The collect thread owns it.
class LazySpoolFile : public ByteSink {
 public:
  explicit LazySpoolFile(Spool& spool) : spool_(spool) {}
  Result<> append(std::string_view bytes) override;
  // Bytes appended so far.
  std::uint64_t bytes() const { return file_ ? file_->bytes() : 0; }

  // Seals what was appended (Spool::seal()), at least one byte. This object is then of no more use.
  Result<BatchManifest> seal(BatchManifest manifest);
  void discard();

 private:
  Spool& spool_;
  std::optional<SpoolFile> file_;
};

}  // namespace headgate::collect
