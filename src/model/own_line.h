// A line as RecordFrame::encode() writes it, read without a JSON parser: about three times faster. Whatever
// is not exactly such a line is left to JsonLine, which gives the same record for every line that is taken
// here.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "model/record_reader.h"

namespace headgate {

// One thread. Records of one container differ in times and message only, so the rest of the line, the frame,
// is learnt once and then compared; the last kFrames frames are known.
class OwnLine {
 public:
  static constexpr std::size_t kFrames = 4;

  // True when `line` is a whole record with a known frame: then all of `record` but its line is set. Up to
  // LineReader::kReadableBeyond bytes behind the line are read.
  bool read(std::string_view line, ReadRecord& record);
  // To be shown lines that read() left and that turned out to be a sound JSON object with a message.
  void learn(std::string_view line);

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
  char* scratch_for(std::string_view line);

  std::array<Frame, kFrames> frames_;
  std::size_t last_ = 0;             // the frame that fitted last
  std::size_t next_ = 0;             // the frame to be forgotten next
  std::unique_ptr<char[]> scratch_;  // a message that holds escapes
  std::size_t scratch_bytes_ = 0;
};

}  // namespace headgate
