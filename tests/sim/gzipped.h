// As kubelet compresses a rotated file.
#pragma once

#include <string>

#include "base/byte_sink.h"
#include "base/check.h"
#include "model/compression/compressed_writer.h"

namespace headgate::sim {

inline std::string gzipped(const std::string& text) {
  struct Text : ByteSink {
    Result<> append(std::string_view bytes) override {
      text += bytes;
      return {};
    }
    std::string text;
  } sink;
  CompressedWriter writer(sink, {.codec = Codec::Gzip, .level = 1});
  CHECK(writer.write(text).ok() && writer.end_member().ok());
  return sink.text;
}

}  // namespace headgate::sim
