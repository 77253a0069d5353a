#include "cli/printable_stream.h"

#include <gtest/gtest.h>

#include <sstream>

namespace headgate::cli {
namespace {

TEST(PrintableStream, StopsControlCharactersHoweverTheyAreWritten) {
  std::ostringstream target;
  {
    PrintableBuffer buffer(target, true);
    std::ostream output(&buffer);
    output << "\x1b[2J" << 'a' << "\xc2";  // a character in two writes
    output << "\x9b"
           << "m\n"
           << std::flush;
    output << "\xe2\x80" << std::flush << "\xae\n";
    output.put('\x07');
    write_as_it_is(output, "\x1b[H", MayObey::Ours);
    write_as_it_is(output, "\x1b]0;x", MayObey::Nothing);
  }
  EXPECT_EQ(target.str(), "\\u001b[2Ja\\u009bm\n\\u202e\n\\u0007\x1b[H\\u001b]0;x");
}

TEST(PrintableStream, GivesOutBytesAsTheyAreWhereNoTerminalIs) {
  std::ostringstream target;
  {
    PrintableBuffer buffer(target, false);
    std::ostream output(&buffer);
    output << "key \x1b\n";
    write_as_it_is(output, "body \x1b\xff", MayObey::Nothing);
  }
  EXPECT_EQ(target.str(), "key \\u001b\nbody \x1b\xff");
}

}  // namespace
}  // namespace headgate::cli
