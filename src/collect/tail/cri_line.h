// One line of a container's log file, as container runtimes write it:
//   2025-08-30T11:27:01.564974123Z stdout F the text
// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
#pragma once

#include <optional>
#include <string_view>

#include "model/record.h"
#include "model/time/timestamp.h"

namespace headgate::collect {

struct CriLine {
  Timestamp at;
  Stream stream = Stream::Stdout;
  bool is_partial = false;  // tag P: the rest follows in later lines of the same stream
  std::string_view text;    // a view into the line
};

// `line` without its newline. Tags after the first, separated by colons, are ignored, as kubelet does. Empty
// when it is not such a line.
std::optional<CriLine> parse_cri_line(std::string_view line);

}  // namespace headgate::collect
