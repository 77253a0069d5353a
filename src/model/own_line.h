// A line as RecordFrame::encode() writes it, read without a JSON parser: about three times faster. Whatever
// is not exactly such a line is left to JsonLine, which gives the same record for every line that is taken
// here.
// Tests: src/model/record_reader_test.cc
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "model/record_reader.h"
#include "model/scratch.h"

namespace headgate {

// For one thread. Records of one container differ only in times and message. The rest of the line, its frame,
// is learnt from the first line that has it, and then compared. The last kFrames frames are known.
class OwnLine {
 public:
  static constexpr std::size_t kFrames = 4;

  // True when `line` is a whole record of ours: then all of `record` but its line is set. Up to
  // LineReader::kReadableBeyond bytes behind the line are read.
  bool read(std::string_view line, ReadRecord& record);
  // The memory that a large line took. What was read last is void.
  void give_memory_back() { scratch_.give_back(); }

 private:
  struct Frame {
    std::string text;         // ,"stream":"...", ... ,"ingest_timestamp":"
    std::string_view stream;  // these within `text`
    std::string_view application;
    std::string_view pod_name;
    std::string_view container_name;
  };
  static bool cut(std::string_view text, Frame& frame);
  const Frame* frame_of(std::string_view text);
  const Frame* learn(std::string_view text);

  std::array<Frame, kFrames> frames_;
  std::size_t last_ = 0;  // the frame that fitted last
  std::size_t next_ = 0;  // the frame to be forgotten next
  Scratch scratch_;       // a message that holds escapes
};

}  // namespace headgate
