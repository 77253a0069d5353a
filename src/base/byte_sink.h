// Something that takes bytes in order: a file being written, an upload, a buffer.
// Tests: src/model/compression/compressed_writer_test.cc
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // All of `bytes` or an error; after an error the sink's content is unspecified and it is given up.
  virtual Result<> append(std::string_view bytes) = 0;
};

// Collects into a string. For tests and small values.
class StringSink : public ByteSink {
 public:
  Result<> append(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  std::string text;
};

}  // namespace headgate
