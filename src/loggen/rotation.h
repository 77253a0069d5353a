// Log rotation as kubelet does it
// (https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/logs/container_log_manager.go).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/time/timestamp.h"
#include "ports/disk.h"

namespace headgate::loggen {

struct RotationOptions {
  std::uint64_t bytes =
      0;  // a log file that has grown to this is rotated; 0: never. kubelet's default: 10 MiB
  std::size_t files =
      5;  // kept for a container, the one being written included; at least 2. kubelet's default
};

std::string path_in(const std::string& directory, const std::string& name);
// 0.log.20250830-112701
std::string rotated_name(const std::string& file, Timestamp at);

// What kubelet removes and compresses just before it renames the log away. Pure: names in, names out.
struct RotationPlan {
  std::vector<std::string> removed;     // half-done .tmp files, originals beside their .gz, the oldest
  std::vector<std::string> compressed;  // rotated before, not yet compressed: to become <name>.gz
};
RotationPlan plan_rotation(const std::string& file, const std::vector<std::string>& names, std::size_t files);

// Rotates `directory`/`file`, which no one holds open to write: prunes and compresses the earlier ones, then
// renames it to rotated_name(). The latest rotated file stays uncompressed until the next rotation, since its
// reader may not have come to its end. The caller creates the new file.
Result<> rotate(Disk& disk, const std::string& directory, const std::string& file, Timestamp at,
                std::size_t files);

}  // namespace headgate::loggen
