// Where fake lines go: one stream, or the log files of a node's pods.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "loggen/line.h"

namespace headgate::loggen {

// One thread. Buffers; what was not flushed is not written.
class LineWriter {
 public:
  virtual ~LineWriter() = default;
  // Fault::Stopped: whoever read our output has gone; nothing is wrong.
  virtual Result<> write(const Line& line) = 0;
  virtual Result<> flush() = 0;
  // Bytes given on so far, with what the framing adds.
  virtual std::uint64_t bytes() const = 0;
};

}  // namespace headgate::loggen
