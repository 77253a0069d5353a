#include "sim/pod_writer.h"

#include <utility>

namespace headgate::sim {

PodWriter::PodWriter(SimDisk& disk, SimClock& clock, std::string root, std::string namespace_name,
                     std::string pod, std::uint64_t seed)
    : disk_(disk),
      clock_(clock),
      namespace_(std::move(namespace_name)),
      pod_(std::move(pod)),
      directory_(root + "/" + namespace_ + "_" + pod_ + "_0f5c/main"),
      random_(seed) {}

void PodWriter::step() {
  if (!unwritten_.empty()) {
    disk_.runtime_append(directory_ + "/0.log", std::exchange(unwritten_, ""));
    return;
  }
  if (random_.one_in(12)) rotate();
  say(random_.one_in(3) ? Stream::Stderr : Stream::Stdout);
}

void PodWriter::say(Stream stream) {
  std::string& open = open_[static_cast<std::size_t>(stream)];
  std::string text = pod_ + " line " + std::to_string(next_line_++);
  if (random_.one_in(10)) text += std::string(1 + random_.below(300), 'x');
  if (random_.one_in(25)) text.clear();
  const bool is_last = !random_.one_in(4);
  open += text;
  write_piece(stream, text, is_last);
  if (is_last) said_[static_cast<std::size_t>(stream)].push_back(std::exchange(open, ""));
}

void PodWriter::write_piece(Stream stream, std::string_view text, bool is_last) {
  std::string line = to_rfc3339(clock_.now());
  line += stream == Stream::Stdout ? " stdout " : " stderr ";
  line += is_last ? "F " : "P ";
  line += text;
  line += "\n";
  // A reader can catch a line half written.
  if (random_.one_in(6)) {
    const std::size_t cut = random_.below(line.size());
    unwritten_ = line.substr(cut);
    line.resize(cut);
  }
  disk_.runtime_append(directory_ + "/0.log", line);
}

void PodWriter::rotate() {
  char time[32];
  std::snprintf(time, sizeof(time), "20250830-%06d", static_cast<int>(++rotations_));
  disk_.runtime_rename(directory_ + "/0.log", directory_ + "/0.log." + time);
  disk_.runtime_append(directory_ + "/0.log", "");
}

void PodWriter::finish() {
  if (!unwritten_.empty()) step();
  for (const Stream stream : {Stream::Stdout, Stream::Stderr}) {
    std::string& open = open_[static_cast<std::size_t>(stream)];
    if (open.empty()) continue;
    write_piece(stream, "", true);
    said_[static_cast<std::size_t>(stream)].push_back(std::exchange(open, ""));
    if (!unwritten_.empty()) step();
  }
}

}  // namespace headgate::sim
