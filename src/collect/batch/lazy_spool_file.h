// The spool file of a batch, made when there is something to write: a batch that ends empty never touches the
// disk.
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
  // Given to it so far.
  std::uint64_t bytes() const { return file_ ? file_->bytes() : 0; }

  // Spool::seal of what was appended, which is something. Spent afterwards.
  Result<BatchManifest> seal(BatchManifest manifest);
  void discard();

 private:
  Spool& spool_;
  std::optional<SpoolFile> file_;
};

}  // namespace headgate::collect
