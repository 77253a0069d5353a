#include "assembly/watched_folders.h"

#include "base/log.h"

namespace headgate::assembly {

std::unique_ptr<local::InotifyEvents> watch_folders(const local::PodLogDisk& logs) {
  Result<std::unique_ptr<local::InotifyEvents>> events = local::InotifyEvents::open(&logs);
  if (events.ok()) return std::move(events).value();
  log::warn("log_directories_not_watched",
            "Changes in the log directories cannot be watched, so the directories are listed at intervals. "
            "The node's inotify limits may be too low.",
            {{"error", events.error().what}});
  return nullptr;
}

}  // namespace headgate::assembly
