// Plays the container runtime and kubelet. It writes what a pod says in CRI form, in pieces, with both
// streams interleaved. It rotates and gzips (as kubelet does: .tmp, rename, the plain file goes last), and
// restarts the container. It removes, truncates, or copies and truncates files. It remembers every line, so
// that the end of a run can be compared with it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
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
  // Parts of records that were stored, by stream.
  using Stored = std::function<std::array<std::size_t, 2>(const PodWriter&)>;
  struct Pod {
    std::string namespace_name;
    std::string name;
    bool writes_traces = false;  // lines that go on with the one before them begin with a blank
  };
  PodWriter(SimDisk& disk, SimClock& clock, const std::string& root, Pod pod, std::uint64_t seed,
            Stored stored);

  // One or a few more CRI lines, perhaps half a line, perhaps something done to the files.
  void step();
  // Ends what is in pieces.
  void finish();
  // The power fails: of the file that it writes, the end that the kernel had not written back is lost. The
  // container comes again, or its runtime goes on in the same file.
  void lose_power();
  // Of how many of the records that were lost the message can be one, or a piece of its line: each may have
  // been read before, once.
  std::size_t times_lost(const std::string& message) const;
  bool was_lost(const std::string& message) const { return times_lost(message) > 0; }

  const std::string& namespace_name() const { return pod_.namespace_name; }
  const std::string& pod() const { return pod_.name; }
  // Runs with lower numbers write nothing any more.
  std::uint32_t runs_ended() const { return restart_; }
  // Whole messages, by stream, in order.
  const std::array<std::vector<std::string>, 2>& said() const { return said_; }

  static constexpr std::size_t kRecordBytesMax = 256;  // the agents' limit: longer messages come in parts

 private:
  struct Open {
    bool is_open = false;
    std::string text;
  };
  struct Written {
    std::string path;
    bool is_gzip = false;
    bool is_compressible = true;
    std::array<std::size_t, 2> records{};  // said when it was closed, one that was open included
  };
  // In the file that is written now.
  struct InFile {
    Stream stream = Stream::Stdout;
    std::uint64_t end = 0;
    bool is_between = false;  // no record of the other stream is open there
  };
  void say(Stream stream);
  void write_piece(Stream stream, std::string_view text, bool is_last);
  void close_current(std::string path, bool is_compressible);
  std::string next_rotated();
  void rotate();
  void compress();
  void start_anew();
  void go_on_after_loss();
  void remove_stored();
  void truncate_stored();
  void copy();
  void end_copy();
  bool is_stored(const std::array<std::size_t, 2>& records) const;
  std::array<std::size_t, 2> records_so_far() const;
  std::string current() const { return directory_ + "/" + std::to_string(restart_) + ".log"; }

  SimDisk& disk_;
  SimClock& clock_;
  const Pod pod_;
  std::string directory_;
  Stored stored_;
  SeededRandom random_;
  std::uint64_t next_line_ = 1;
  std::uint64_t rotations_ = 0;
  std::string copying_;     // where to; empty: no copy is under way
  bool is_copied_ = false;  // and next it is truncated
  std::uint32_t restart_ = 0;
  std::vector<Written> written_;  // no longer written, oldest first
  std::array<Open, 2> open_;      // what of a message was written so far as P pieces
  std::vector<InFile> in_file_;   // the records that end in it
  bool is_time_rising_ = true;    // in it
  bool is_after_loss_ = false;    // it was cut, and is continued
  Timestamp last_at_;
  std::array<std::vector<std::string>, 2> lost_;
  std::string unwritten_;  // the second half of a line of which the first is in the file
  std::array<std::vector<std::string>, 2> said_;
};

}  // namespace headgate::sim
