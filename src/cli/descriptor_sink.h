// Standard output, or any descriptor, as a ByteSink.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/byte_sink.h"

namespace headgate::cli {

// Does not own the descriptor. Fault::Stopped when the reader of a pipe or socket has gone (EPIPE; SIGPIPE
// must be ignored, see StopSignals).
class DescriptorSink : public ByteSink {
 public:
  DescriptorSink(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

  Result<> append(std::string_view bytes) override;

 private:
  const int descriptor_;
  const std::string name_;  // for errors
};

}  // namespace headgate::cli
