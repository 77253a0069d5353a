#include "loggen/stream_writer.h"

namespace headgate::loggen {

StreamWriter::StreamWriter(ByteSink& sink, Framing framing) : sink_(sink), framer_(framing) {
  buffer_.reserve(2 * kStreamBufferBytes);
}

Result<> StreamWriter::write(const Line& line) {
  framer_.append(line, buffer_);
  return buffer_.size() < kStreamBufferBytes ? Result<>{} : flush();
}

Result<> StreamWriter::flush() {
  if (buffer_.empty()) return {};
  TRY(sink_.append(buffer_));
  bytes_ += buffer_.size();
  buffer_.clear();
  return {};
}

}  // namespace headgate::loggen
