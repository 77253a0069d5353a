#include "cli/settings_log_files.h"

#include <algorithm>

#include "cli/setting_binding.h"

namespace headgate::cli {
namespace {

using Complaint = std::optional<std::string>;

constexpr unsigned kAgents = kLocal | kCollect;
constexpr std::int64_t kSecond = 1000;  // durations are bounded in milliseconds
constexpr std::int64_t kHour = 3600 * kSecond;

Complaint must_be_absolute_directories(const SettingValue& value) {
  const bool is_sound = std::all_of(value.list.begin(), value.list.end(), [](const std::string& directory) {
    return directory.starts_with('/') && directory.find_first_not_of('/') != std::string::npos;
  });
  return is_sound ? std::nullopt : Complaint("must be absolute paths of directories, and not /");
}

}  // namespace

#define MEMBER(path) ([](Config & config) -> auto& { return config.path; })

void add_log_file_settings(std::vector<Setting>& table) {
  table.push_back(bind(
      MEMBER(collect.scan_interval),
      {.key = "collect.scan_interval",
       .standard = "1s",
       .doc =
           "How often new log files are looked for where the node does not tell what changes (network file "
           "systems, links that are followed), where something has changed, and while the spool is full.",
       .used_by = kAgents,
       .least = 10,
       .most = 60 * kSecond}));
  table.push_back(
      bind(MEMBER(collect.idle_scan_interval),
           {.key = "collect.idle_scan_interval",
            .standard = "10s",
            .doc = "How often all directories are looked at although the node tells what changes.",
            .used_by = kAgents,
            .least = 10,
            .most = kHour}));
  table.push_back(
      bind(MEMBER(collect.follow_links),
           {.key = "collect.follow_links",
            .doc = "Directories that symbolic links below collect.pod_logs may lead into; no other link is "
                   "followed. Nodes with Docker need /var/lib/docker/containers. Whoever may write below "
                   "collect.pod_logs can then have any log in these directories collected as its own.",
            .used_by = kAgents,
            .complaint = must_be_absolute_directories}));
  table.push_back(bind(
      MEMBER(collect.deleted_bytes_max),
      {.key = "collect.deleted_bytes_max",
       .standard = "1GiB",
       .doc = "Most bytes of log files that the node has deleted and that are held open because they are "
              "not read to their end. Over it, and while less than collect.spool.free_bytes_min is free "
              "where the logs are, those that were written longest ago are let go, and what was not "
              "read of them is counted as lost.",
       .used_by = kAgents}));
  table.push_back(
      bind(MEMBER(collect.record_wait_max),
           {.key = "collect.record_wait_max",
            .standard = "30s",
            .doc = "How long the end of a record is waited for after the last that came of it: a container's "
                   "last words can lack their newline. Then the record is given as it is.",
            .used_by = kAgents,
            .least = 1000,
            .most = 24 * 3600 * 1000LL}));
}

#undef MEMBER

}  // namespace headgate::cli
