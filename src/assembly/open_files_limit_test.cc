#include "assembly/open_files_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace headgate::assembly {
namespace {

TEST(OpenFilesLimit, IsRaisedToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = before.rlim_max / 2;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(raise_open_files_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(OpenFilesLimit, LeavesRoomForEverythingElse) {
  struct Case {
    std::size_t limit;
    std::size_t batches_wanted;
    std::size_t log_files;
    std::size_t batches;
  };
  for (const Case& c : {Case{1U << 20U, 1024, (1U << 20U) - 128 - 1024, 1024}, Case{1024, 1024, 672, 224},
                        Case{1024, 10, 886, 10}, Case{16, 1024, 96, 32}, Case{0, 1, 127, 1}}) {
    const OpenFiles files = divide_open_files(c.limit, c.batches_wanted);
    EXPECT_EQ(files.log_files_max, c.log_files) << c.limit;
    EXPECT_EQ(files.batches_max, c.batches) << c.limit;
  }
}

}  // namespace
}  // namespace headgate::assembly
