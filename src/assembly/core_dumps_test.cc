#include "assembly/core_dumps.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace headgate::assembly {
namespace {

rlimit core_limit() {
  rlimit limit{};
  EXPECT_EQ(::getrlimit(RLIMIT_CORE, &limit), 0);
  return limit;
}

TEST(CoreDumps, AreForbiddenAndAllowedAgainUpToTheHardLimit) {
  const rlimit before = core_limit();
  forbid_core_dumps();
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
  EXPECT_EQ(core_limit().rlim_cur, 0U);
  EXPECT_EQ(core_limit().rlim_max, before.rlim_max);
  allow_core_dumps();
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
  EXPECT_EQ(core_limit().rlim_cur, before.rlim_max);
  EXPECT_EQ(::setrlimit(RLIMIT_CORE, &before), 0);
}

}  // namespace
}  // namespace headgate::assembly
