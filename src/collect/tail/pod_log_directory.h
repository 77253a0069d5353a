// Finds container logs where kubelet puts them: <root>/<namespace>_<pod>_<uid>/<container>/<restart>.log and
// the rotated files beside it (log_file_name.h).
// https://kubernetes.io/docs/concepts/cluster-administration/logging/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collect/progress/log_file_name.h"
#include "model/names.h"
#include "ports/disk.h"
#include "ports/file_events.h"
#include "ports/kube.h"

namespace headgate::collect {

// Empty when the name is not `<namespace>_<pod>_<uid>` with exactly two underscores.
std::optional<PodId> parse_pod_directory(std::string_view name);

struct SeenFile {
  LogFileName name;
  std::string path;
  FileStat stat;
  bool is_refused = false;  // it has several names (hard links): it is read only if it was known before
  bool is_link = false;     // a symbolic link, whose target is read
};
struct SeenContainer {
  PodId pod;
  ContainerName container;
  std::string directory;
  std::vector<SeenFile> files;  // oldest first
  bool is_whole = true;  // false: a file could not be looked at now, so the order of the files is not known
  bool has_hidden = false;  // we may not look at one of its files, which exists nevertheless
};
struct Scan {
  std::vector<SeenContainer> containers;
  std::vector<Error>
      unreadable;  // directories and files that could not be looked at; the others are in `containers`
  std::size_t retryable = 0;        // how many of `unreadable` may be readable the next time
  std::vector<std::string> hidden;  // directories that could not be listed: what is below them is not gone
  std::optional<Error> unwatched;   // why `events` does not report all changes: poll
  bool has_links = false;           // a link is followed: `events` do not report changes behind it
  // Names of log files or their directories that are not opened: links, pipes, devices, and files with
  // several names or of another owner.
  struct Refused {
    std::size_t count = 0;
    std::string example;  // one of them, and why
  } refused = {};
};
// Fails only when `root` itself cannot be listed. Files that vanish during the scan are left out. Every
// directory is watched before it is listed, so that no change is missed; `events` may be null.
Result<Scan> scan_pod_logs(Disk& disk, FileEvents* events, const std::string& root);
// Lists the files of one container again and adds it to `scan`, unless its directory is gone.
void scan_container(Disk& disk, const PodId& pod, const ContainerName& container,
                    const std::string& directory, Scan& scan);

}  // namespace headgate::collect
