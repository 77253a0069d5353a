#include "config/settings_log_files.h"

#include <algorithm>

#include "config/setting_binding.h"

namespace headgate::config {
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
  table.push_back(
      bind(MEMBER(collect.scan_interval),
           {.key = "collect.scan_interval",
            .standard = "1s",
            .doc = "How often the agent looks for new log files in directories that have changed. It looks "
                   "as often in all directories while the spool is full, and where the node does not report "
                   "changes (network file systems, followed links).",
            .used_by = kAgents,
            .least = 10,
            .most = 60 * kSecond}));
  table.push_back(bind(MEMBER(collect.idle_scan_interval),
                       {.key = "collect.idle_scan_interval",
                        .standard = "10s",
                        .doc = "How often the agent lists all directories although inotify reports changes.",
                        .used_by = kAgents,
                        .least = 10,
                        .most = kHour}));
  table.push_back(bind(
      MEMBER(collect.follow_links),
      {.key = "collect.follow_links",
       .doc = "Directories that symbolic links below collect.pod_logs may lead into. The agent follows no "
              "other link. Nodes with Docker need /var/lib/docker/containers. Anyone who may write below "
              "collect.pod_logs can then have any log in these directories collected as their own. The "
              "agent looks behind links every collect.scan_interval. It counts the files that the runtime "
              "rotates away faster (headgate_collect_link_files_lost_total).",
       .used_by = kAgents,
       .complaint = must_be_absolute_directories}));
  table.push_back(
      bind(MEMBER(collect.deleted_bytes_max),
           {.key = "collect.deleted_bytes_max",
            .standard = "1GiB",
            .doc = "Most bytes of deleted log files that the agent keeps open because it has not read them "
                   "to the end. Above this limit, and while less than collect.spool.free_bytes_min is free "
                   "on the disk of the logs, the agent closes the files that were written longest ago. The "
                   "lines that it had not read of them count as lost.",
            .used_by = kAgents}));
  table.push_back(
      bind(MEMBER(collect.record_wait_max),
           {.key = "collect.record_wait_max",
            .standard = "30s",
            .doc = "How long the agent waits for the rest of a record whose end is missing, for example a "
                   "container's last line without a newline. After this time the record is stored as it is. "
                   "If the Kubernetes API says that the container has ended, the record is stored once its "
                   "log has not changed for 5 seconds.",
            .used_by = kAgents,
            .least = 1000,
            .most = 24 * 3600 * 1000LL}));
}

#undef MEMBER

}  // namespace headgate::config
