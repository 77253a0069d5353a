// The container runtime: writes what pods say in CRI form, in pieces, both streams interleaved, and rotates.
// Remembers every line, so that the end of a run can be compared with it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/record.h"
#include "sim/faults.h"
#include "sim/sim_clock.h"
#include "sim/sim_disk.h"

namespace headgate::sim {

class PodWriter {
 public:
  PodWriter(SimDisk& disk, SimClock& clock, std::string root, std::string namespace_name, std::string pod,
            std::uint64_t seed);

  // One or a few more CRI lines, perhaps half a line, perhaps a rotation.
  void step();
  // Ends what is in pieces.
  void finish();

  const std::string& namespace_name() const { return namespace_; }
  const std::string& pod() const { return pod_; }
  // Whole messages, by stream, in order.
  const std::array<std::vector<std::string>, 2>& said() const { return said_; }

 private:
  void say(Stream stream);
  void write_piece(Stream stream, std::string_view text, bool is_last);
  void rotate();

  SimDisk& disk_;
  SimClock& clock_;
  const std::string namespace_;
  const std::string pod_;
  std::string directory_;
  SeededRandom random_;
  std::uint64_t next_line_ = 1;
  std::uint64_t rotations_ = 0;
  std::array<std::string, 2> open_;  // what of a message was written so far as P pieces
  std::string unwritten_;            // the second half of a line of which the first is in the file
  std::array<std::vector<std::string>, 2> said_;
};

}  // namespace headgate::sim
