#include "cli/descriptor_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include "base/file_descriptor.h"

namespace headgate::cli {
namespace {

struct Pipe {
  explicit Pipe(int flags) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), flags), 0);
    reader = FileDescriptor(ends[0]);
    writer = FileDescriptor(ends[1]);
  }
  FileDescriptor reader;
  FileDescriptor writer;
};

TEST(DescriptorSink, WritesMoreThanAPipeHoldsWhetherItBlocksOrNot) {
  for (const int flags : {0, O_NONBLOCK}) {
    Pipe pipe(flags);
    const std::string bytes(1024 * 1024, 'x');
    std::jthread writing([&] {
      DescriptorSink sink(pipe.writer.get(), "pipe");
      EXPECT_TRUE(sink.append(bytes).ok());
      pipe.writer.close();
    });
    ::fcntl(pipe.reader.get(), F_SETFL, 0);
    std::array<char, 4096> buffer;
    std::size_t found = 0;
    for (ssize_t taken = 1; taken > 0; found += static_cast<std::size_t>(taken)) {
      taken = ::read(pipe.reader.get(), buffer.data(), buffer.size());
      ASSERT_GE(taken, 0);
    }
    EXPECT_EQ(found, bytes.size());
  }
}

TEST(DescriptorSink, SaysStoppedWhenItsReaderHasGone) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe(0);
  pipe.reader.close();
  DescriptorSink sink(pipe.writer.get(), "standard output");
  const Result<> written = sink.append("a line\n");
  std::signal(SIGPIPE, before);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().fault, Fault::Stopped);
  EXPECT_EQ(written.error().what, "standard output: the program that reads it has ended");
}

TEST(DescriptorSink, NamesWhatItCouldNotWriteTo) {
  FileDescriptor full(::open("/dev/full", O_WRONLY));
  DescriptorSink sink(full.get(), "standard output");
  const Result<> written = sink.append("a line\n");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().what, "standard output: No space left on device");
}

}  // namespace
}  // namespace headgate::cli
