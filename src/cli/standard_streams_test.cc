#include "cli/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "cli/exit_status.h"
#include "cli/printable_stream.h"

namespace headgate::cli {
namespace {

// In a process of its own: gives the number that the next opened file gets.
int next_descriptor_without(std::initializer_list<int> closed) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int descriptor : closed) ::close(descriptor);
    open_missing_standard_descriptors();
    struct stat null {};
    struct stat other {};
    bool is_null = ::stat("/dev/null", &null) == 0;
    for (const int descriptor : closed)
      is_null = is_null && ::fstat(descriptor, &other) == 0 && other.st_rdev == null.st_rdev;
    const int opened = ::open("/", O_RDONLY);
    ::_exit(is_null ? opened : 99);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardStreams, NoFileOfOursGetsTheNumberOfOneThatWasClosed) {
  const int usual = next_descriptor_without({});
  EXPECT_GT(usual, STDERR_FILENO);
  for (const auto& closed : {std::initializer_list<int>{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}})
    EXPECT_EQ(next_descriptor_without(closed), usual);
}

TEST(StandardStreams, ACommandWhoseOutputIsLostHasFailed) {
  std::ofstream full("/dev/full");
  PrintableBuffer buffer(full, false);
  std::ostream output(&buffer);
  std::ostringstream complaints;
  output << "a table\n";
  EXPECT_EQ(status_with_output(0, output, complaints), kExitFailure);
  EXPECT_NE(complaints.str().find("standard output"), std::string::npos);
  EXPECT_EQ(status_with_output(kExitLost, output, complaints), kExitLost);
}

TEST(StandardStreams, WhatWasWrittenIsAsTheCommandSays) {
  std::ostringstream target;
  std::ostringstream complaints;
  {
    PrintableBuffer buffer(target, false);
    std::ostream output(&buffer);
    output << "a table\n";
    EXPECT_EQ(status_with_output(0, output, complaints), 0);
    EXPECT_EQ(target.str(), "a table\n");
    EXPECT_EQ(status_with_output(kExitLeft, output, complaints), kExitLeft);
  }
  EXPECT_EQ(complaints.str(), "");
}

}  // namespace
}  // namespace headgate::cli
