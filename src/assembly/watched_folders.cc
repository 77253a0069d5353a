#include "assembly/watched_folders.h"

#include "base/log.h"

namespace headgate::assembly {

std::unique_ptr<local::InotifyEvents> watch_folders(const local::PodLogDisk& logs) {
  Result<std::unique_ptr<local::InotifyEvents>> events = local::InotifyEvents::open(&logs);
  if (events.ok()) return std::move(events).value();
  log::warn("changes of the log directories cannot be watched: they are polled",
            {{"what", events.error().what}});
  return nullptr;
}

}  // namespace headgate::assembly
