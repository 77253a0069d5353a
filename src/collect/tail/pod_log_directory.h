// How kubelet lays out container logs: <root>/<namespace>_<pod>_<uid>/<container>/<restart>.log, renamed to
// <restart>.log.<YYYYmmdd-HHMMSS> at rotation and gzipped one rotation later.
// https://kubernetes.io/docs/concepts/cluster-administration/logging/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "ports/disk.h"
#include "ports/file_events.h"
#include "ports/kube.h"

namespace headgate::collect {

// Empty when the name is not `<namespace>_<pod>_<uid>`, none of which holds an underscore.
std::optional<PodId> parse_pod_directory(std::string_view name);

struct LogFileName {
  std::uint32_t restart = 0;
  std::string rotated_at;  // empty: the file the runtime writes now
  bool is_gzip = false;
};
// Empty for other files (.tmp of a compression under way, editors' leftovers).
std::optional<LogFileName> parse_log_file_name(std::string_view name);
// Whether `left` was written before `right`: restarts in order, and within one the rotated files by time
// before the current one.
bool is_older(const LogFileName& left, const LogFileName& right);

struct SeenFile {
  LogFileName name;
  std::string path;
  FileStat stat;
  bool is_refused = false;  // it has several names: only read on if it is known already
  bool is_link = false;     // and what it leads to is read
};
struct SeenContainer {
  PodId pod;
  ContainerName container;
  std::string directory;
  std::vector<SeenFile> files;  // oldest first
  bool is_whole = true;     // false: a file could not be looked at, so that which one is older is not known
  bool has_hidden = false;  // one may not be looked at: it is there all the same
};
struct Scan {
  std::vector<SeenContainer> containers;
  std::vector<Error> unreadable;    // directories and files that could not be looked at; the rest is there
  std::size_t retryable = 0;        // of those: that may be readable the next time
  std::vector<std::string> hidden;  // directories that could not be listed: what is below is not gone
  std::optional<Error> unwatched;   // why `events` will not tell of all changes: poll
  bool has_links = false;           // nor of those behind links that are followed
  // Names that would be log files, or directories of them, and are not opened: links, pipes, devices, files
  // with several names or of another owner.
  struct Refused {
    std::size_t count = 0;
    std::string example;  // one of them, and why
  } refused = {};
};
// Whether it is one of those directories or below one.
bool is_below(std::string_view path, const std::vector<std::string>& directories);
// Fails only when `root` itself cannot be listed. What vanishes meanwhile is left out. Every directory is
// watched before it is listed, so that no change falls between; `events` may be null.
Result<Scan> scan_pod_logs(Disk& disk, FileEvents* events, const std::string& root);
// Looks at one container again: adds it to `scan`, unless its directory vanished.
void scan_container(Disk& disk, const PodId& pod, const ContainerName& container,
                    const std::string& directory, Scan& scan);

}  // namespace headgate::collect
