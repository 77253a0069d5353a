#include "base/process_metrics.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>

namespace headgate {
namespace {

void append(std::string& text, std::string_view name, std::string_view type, std::string_view help,
            double value) {
  text += fmt::format("# HELP {} {}\n# TYPE {} {}\n{} {}\n", name, help, name, type, name, value);
}

// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, from the third field on: the second may hold
// blanks.
struct Stat {
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t started_ticks = 0;  // after the boot
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

std::optional<Stat> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream words(line.substr(name_end + 1));
  Stat stat;
  std::string word;
  for (int field = 3; field <= 24; ++field) {
    if (!(words >> word)) return std::nullopt;
    std::uint64_t* const into = field == 14   ? &stat.user_ticks
                                : field == 15 ? &stat.system_ticks
                                : field == 20 ? &stat.threads
                                : field == 22 ? &stat.started_ticks
                                : field == 23 ? &stat.virtual_bytes
                                : field == 24 ? &stat.resident_pages
                                              : nullptr;
    if (into != nullptr && !(std::istringstream(word) >> *into)) return std::nullopt;
  }
  return stat;
}

std::optional<std::uint64_t> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::uint64_t seconds = 0;
    if (line.starts_with("btime ") && std::istringstream(line.substr(6)) >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> open_files() {
  DIR* const directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return std::nullopt;
  std::uint64_t count = 0;
  while (const dirent* const entry = ::readdir(directory)) count += entry->d_name[0] == '.' ? 0 : 1;
  ::closedir(directory);
  return count == 0 ? 0 : count - 1;  // not the one that this look took
}

void append_stat(std::string& text, const Stat& stat) {
  const auto per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  append(text, "process_cpu_seconds_total", "counter", "Processor time that the process used",
         static_cast<double>(stat.user_ticks + stat.system_ticks) / per_second);
  append(text, "process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM",
         static_cast<double>(stat.resident_pages) * page);
  append(text, "process_virtual_memory_bytes", "gauge", "Addresses that the process has mapped",
         static_cast<double>(stat.virtual_bytes));
  append(text, "process_threads", "gauge", "Threads of the process", static_cast<double>(stat.threads));
  if (const std::optional<std::uint64_t> boot = boot_time()) {
    append(text, "process_start_time_seconds", "gauge", "When the process started, in Unix seconds",
           static_cast<double>(*boot) + static_cast<double>(stat.started_ticks) / per_second);
  }
}

}  // namespace

std::string process_metrics() {
  std::string text;
  if (const std::optional<Stat> stat = read_stat()) append_stat(text, *stat);
  if (const std::optional<std::uint64_t> files = open_files())
    append(text, "process_open_fds", "gauge", "Files and sockets that are open", static_cast<double>(*files));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    append(text, "process_max_fds", "gauge", "Files and sockets that may be open",
           static_cast<double>(limit.rlim_cur));
  return text;
}

}  // namespace headgate
