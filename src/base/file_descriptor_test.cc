#include "base/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>

namespace headgate {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader = FileDescriptor(ends[0]);
    writer = FileDescriptor(ends[1]);
  }
  FileDescriptor reader;
  FileDescriptor writer;
};

TEST(WriteAll, GoesOnWhereTheSystemTookOnlyAPart) {
  Pipe pipe;
  const std::string bytes(1'000'000, 'x');  // a pipe holds 64 KiB
  std::string read;
  std::jthread reader([&] {
    std::array<char, 4096> some{};
    for (ssize_t count = 0; (count = ::read(pipe.reader.get(), some.data(), some.size())) > 0;)
      read.append(some.data(), static_cast<std::size_t>(count));
  });
  EXPECT_EQ(write_all(pipe.writer.get(), bytes), 0);
  pipe.writer.close();
  reader.join();
  EXPECT_TRUE(read == bytes) << read.size();
}

TEST(WriteAll, TellsWhatEndedItAndLeavesErrnoAlone) {
  Pipe pipe;
  errno = ERANGE;
  EXPECT_EQ(write_all(-1, "x"), EBADF);
  EXPECT_EQ(errno, ERANGE);
  ASSERT_EQ(::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(write_all(pipe.writer.get(), std::string(1'000'000, 'x')), EAGAIN);
  EXPECT_EQ(write_all(pipe.writer.get(), ""), 0);
}

}  // namespace
}  // namespace headgate
