// All lines of all containers in one stream, for `loggen --output -`.
// Tests: src/loggen/run_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/byte_sink.h"
#include "loggen/framing.h"
#include "loggen/line_writer.h"

namespace headgate::loggen {

// Gives whole lines to the sink, in pieces of kStreamBufferBytes or, when flushed, less. `sink` outlives
// this.
class StreamWriter : public LineWriter {
 public:
  StreamWriter(ByteSink& sink, Framing framing);

  Result<> write(const Line& line) override;
  Result<> flush() override;
  std::uint64_t bytes() const override { return bytes_; }

 private:
  ByteSink& sink_;
  Framer framer_;
  std::string buffer_;
  std::uint64_t bytes_ = 0;
};

constexpr std::size_t kStreamBufferBytes = 128 * 1024;

}  // namespace headgate::loggen
