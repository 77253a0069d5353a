#include "assembly/open_files_limit.h"

#include <sys/resource.h>

#include <algorithm>

#include "base/log.h"

namespace headgate::assembly {
namespace {

constexpr std::size_t kLimitLeast = 256;
constexpr std::size_t kReserved = 128;  // connections, uploads, the queue's and the ledger's files

}  // namespace

std::size_t raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kLimitLeast;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

OpenFiles divide_open_files(std::size_t limit, std::size_t batches_wanted) {
  const std::size_t usable = std::max(limit, kLimitLeast) - kReserved;
  OpenFiles files;
  files.batches_max = std::min(batches_wanted, std::max<std::size_t>(usable / 4, 1));
  files.log_files_max = usable - files.batches_max;
  if (files.batches_max < batches_wanted) {
    log::warn("open_files_limit_low",
              "The limit of open files is low, so pods share batches and log files may wait to be read. "
              "Raise it (ulimit -n, LimitNOFILE).",
              {{"limit", limit}, {"batches_max", files.batches_max}, {"log_files_max", files.log_files_max}});
  }
  return files;
}

}  // namespace headgate::assembly
