// Names of container log files: <restart>.log, renamed to <restart>.log.<YYYYmmdd-HHMMSS> at rotation, and
// gzipped one rotation later. https://kubernetes.io/docs/concepts/cluster-administration/logging/
// Tests: src/collect/tail/pod_log_directory_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::collect {

struct LogFileName {
  std::uint32_t restart = 0;  // the number of the container's run
  std::string rotated_at;     // empty: the file that the runtime writes now
  bool is_gzip = false;
};
// Empty for other files: the .tmp of a compression that is running, leftovers of editors.
std::optional<LogFileName> parse_log_file_name(std::string_view name);
// Whether `left` was written before `right`: runs in order, and within one run the rotated files by time
// before the current file.
bool is_older(const LogFileName& left, const LogFileName& right);

// Whether `path` is one of the directories or below one.
bool is_below(std::string_view path, const std::vector<std::string>& directories);

}  // namespace headgate::collect
