#include "assembly/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace headgate::assembly {

namespace {

// Neither call can fail for these arguments, since a soft limit may always be raised to the hard one. Where a
// sandbox refuses them we go on, because a missing or extra dump is no reason not to deliver.
void set_core_bytes_max(bool is_allowed) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = is_allowed ? limit.rlim_max : 0;
  static_cast<void>(::setrlimit(RLIMIT_CORE, &limit));
}

}  // namespace

// The limit alone does not hold where the kernel pipes dumps into a program; "not dumpable" alone does, and
// the limit is what programs that we start (credential_process) inherit.
void forbid_core_dumps() {
  set_core_bytes_max(false);
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

void allow_core_dumps() {
  set_core_bytes_max(true);
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

}  // namespace headgate::assembly
