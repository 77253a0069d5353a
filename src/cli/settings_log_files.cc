#include "cli/settings_log_files.h"

#include <algorithm>

#include "cli/setting_binding.h"

namespace headgate::cli {
namespace {

using Complaint = std::optional<std::string>;

constexpr unsigned kAgents = kLocal | kCollect;

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
      bind(MEMBER(collect.follow_links),
           {.key = "collect.follow_links",
            .doc = "Directories that symbolic links below collect.pod_logs may lead into; no other link is "
                   "followed. Nodes with Docker need /var/lib/docker/containers. Whoever may write below "
                   "collect.pod_logs can then have any log in these directories collected as its own.",
            .used_by = kAgents,
            .complaint = must_be_absolute_directories}));
}

#undef MEMBER

}  // namespace headgate::cli
