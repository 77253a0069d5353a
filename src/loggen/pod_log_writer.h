// A node's pod logs, for `loggen --output DIR`: files as container runtime and kubelet lay them out in
// /var/log/pods, <namespace>_<pod>_<uid>/<container>/0.log, with rotation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "loggen/fleet.h"
#include "loggen/framing.h"
#include "loggen/line_writer.h"
#include "loggen/rotation.h"
#include "ports/disk.h"

namespace headgate::loggen {

struct PodLogOptions {
  std::string directory;
  RotationOptions rotation = {};
};

// One thread. Holds one file open for each container, and at most kPodLogBufferBytes of buffers for all.
// A container whose log is there already has been restarted: it goes on in 1.log, 2.log, ... as kubelet
// counts restarts, and leaves the old file alone.
class PodLogWriter : public LineWriter {
 public:
  // Makes all directories and empty files. `disk` outlives this.
  static Result<PodLogWriter> open(Disk& disk, const Fleet& fleet, PodLogOptions options);

  Result<> write(const Line& line) override;
  Result<> flush() override;
  std::uint64_t bytes() const override { return bytes_; }
  std::uint64_t rotations() const { return rotations_; }

 private:
  struct ContainerLog {
    std::string directory;
    std::string name;  // 0.log
    std::unique_ptr<WritableFile> file;
    std::string buffer;
    std::uint64_t bytes = 0;          // in the file
    Timestamp at;                     // of the last line
    std::int64_t rotated_second = 0;  // when the last rotation was
  };
  PodLogWriter(Disk& disk, PodLogOptions options, std::size_t containers);
  static Result<ContainerLog> open_log(Disk& disk, std::string directory);
  Result<> flush(ContainerLog& log);
  Result<> rotate_if_due(ContainerLog& log);

  Disk* disk_;
  PodLogOptions options_;
  std::size_t buffer_bytes_;  // of one container
  Framer framer_{Framing::Cri};
  std::vector<ContainerLog> logs_;  // by container
  std::uint64_t bytes_ = 0;
  std::uint64_t rotations_ = 0;
};

constexpr std::size_t kPodLogBufferBytes = 32 * 1024 * 1024;

}  // namespace headgate::loggen
