#include "collect/tail/pod_log_directory.h"

#include <algorithm>

#include "base/number.h"

namespace headgate::collect {

std::optional<PodId> parse_pod_directory(std::string_view name) {
  const std::size_t first = name.find('_');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = name.find('_', first + 1);
  if (second == std::string_view::npos || name.find('_', second + 1) != std::string_view::npos)
    return std::nullopt;
  PodId id{.namespace_name = Namespace(name.substr(0, first)),
           .pod = PodName(name.substr(first + 1, second - first - 1)),
           .uid = std::string(name.substr(second + 1))};
  if (id.namespace_name.empty() || id.pod.empty() || id.uid.empty()) return std::nullopt;
  return id;
}

namespace {

void refuse(Scan& scan, std::string why) {
  if (++scan.refused.count == 1) scan.refused.example = std::move(why);
}

constexpr const char* kOther = ": a link that is not followed (collect.follow_links), a pipe or a device";

// An empty value where it vanished, an error noted where it cannot be read.
template <typename T>
std::optional<T> looked(Result<T> result, Scan& scan) {
  if (result.ok()) return std::move(result).value();
  if (result.error().fault == Fault::Invalid) {
    refuse(scan, std::move(result).error().what);
    return std::nullopt;
  }
  if (result.error().fault == Fault::Retry) ++scan.retryable;
  if (result.error().fault != Fault::NotFound) scan.unreadable.push_back(std::move(result).error());
  return std::nullopt;
}

std::optional<std::vector<DirectoryEntry>> listed(Disk& disk, const std::string& directory, Scan& scan) {
  const std::size_t unreadable = scan.unreadable.size();
  auto entries = looked(disk.list(directory), scan);
  if (scan.unreadable.size() > unreadable) scan.hidden.push_back(directory);
  return entries;
}

void watch(FileEvents* events, const std::string& directory, Scan& scan) {
  if (events == nullptr || scan.unwatched) return;
  Result<> watched = events->watch(directory);
  if (!watched.ok() && watched.error().fault != Fault::NotFound) scan.unwatched = std::move(watched).error();
}

}  // namespace

void scan_container(Disk& disk, const PodId& pod, const ContainerName& container,
                    const std::string& directory, Scan& scan) {
  const std::size_t retryable = scan.retryable;
  const auto entries = listed(disk, directory, scan);
  SeenContainer seen{
      .pod = pod, .container = container, .directory = directory, .is_whole = retryable == scan.retryable};
  if (!entries && seen.is_whole) return;
  for (const DirectoryEntry& entry : entries.value_or(std::vector<DirectoryEntry>())) {
    std::optional<LogFileName> name = parse_log_file_name(entry.name);
    if (!name || entry.kind == EntryKind::Directory) continue;
    std::string path = directory + "/" + entry.name;
    if (entry.kind == EntryKind::Other) {
      refuse(scan, path + kOther);
      continue;
    }
    scan.has_links = scan.has_links || entry.is_link;
    const std::size_t unreadable = scan.unreadable.size();
    const auto stat = looked(disk.stat(path), scan);
    seen.has_hidden = seen.has_hidden || scan.unreadable.size() > unreadable;
    if (!stat) continue;
    const bool is_refused = stat->links > 1;
    if (is_refused) refuse(scan, path + ": has several names (hard links)");
    seen.files.push_back({.name = std::move(*name),
                          .path = std::move(path),
                          .stat = *stat,
                          .is_refused = is_refused,
                          .is_link = entry.is_link});
  }
  seen.is_whole = retryable == scan.retryable;
  std::sort(seen.files.begin(), seen.files.end(),
            [](const SeenFile& left, const SeenFile& right) { return is_older(left.name, right.name); });
  scan.containers.push_back(std::move(seen));
}

Result<Scan> scan_pod_logs(Disk& disk, FileEvents* events, const std::string& root) {
  Scan scan;
  watch(events, root, scan);
  const std::vector<DirectoryEntry> pods = TRY_IN("pod logs", disk.list(root));
  for (const DirectoryEntry& pod_entry : pods) {
    const std::optional<PodId> pod = parse_pod_directory(pod_entry.name);
    if (!pod || pod_entry.kind == EntryKind::File) continue;
    const std::string pod_directory = root + "/" + pod_entry.name;
    if (pod_entry.kind == EntryKind::Other) {
      refuse(scan, pod_directory + kOther);
      continue;
    }
    scan.has_links = scan.has_links || pod_entry.is_link;
    watch(events, pod_directory, scan);
    const auto containers = listed(disk, pod_directory, scan);
    if (!containers) continue;
    for (const DirectoryEntry& container : *containers) {
      if (container.kind == EntryKind::File) continue;
      const std::string directory = pod_directory + "/" + container.name;
      if (container.kind == EntryKind::Other) {
        refuse(scan, directory + kOther);
        continue;
      }
      scan.has_links = scan.has_links || container.is_link;
      watch(events, directory, scan);
      scan_container(disk, *pod, ContainerName(container.name), directory, scan);
    }
  }
  return scan;
}

}  // namespace headgate::collect
