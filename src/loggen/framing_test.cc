#include "loggen/framing.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace headgate::loggen {
namespace {

constexpr Timestamp kMoment{1'756'553'221'500'000'000};  // 2025-08-30T11:27:01.5Z

std::string framed(Framing framing, std::string_view message, Stream stream = Stream::Stdout) {
  Framer framer(framing);
  std::string buffer;
  framer.append({.message = message, .stream = stream, .at = kMoment}, buffer);
  return buffer;
}

struct Fragment {
  char tag = '?';
  std::string text;
};

// Independent of the framer: time, stream, tag, text, newline.
std::vector<Fragment> fragments_of(std::string_view bytes) {
  std::vector<Fragment> fragments;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    const std::size_t tag = line.find(' ', line.find(' ') + 1) + 1;
    fragments.push_back({.tag = line[tag], .text = std::string(line.substr(tag + 2))});
    bytes.remove_prefix(end + 1);
  }
  return fragments;
}

TEST(Framing, WritesPlainMessagesAsTheyAre) {
  EXPECT_EQ(framed(Framing::Plain, "a message"), "a message\n");
  EXPECT_EQ(framed(Framing::Plain, ""), "\n");
}

TEST(Framing, WritesCriLinesAsContainerdDoes) {
  EXPECT_EQ(framed(Framing::Cri, "a message"), "2025-08-30T11:27:01.5Z stdout F a message\n");
  EXPECT_EQ(framed(Framing::Cri, "oops", Stream::Stderr), "2025-08-30T11:27:01.5Z stderr F oops\n");
  EXPECT_EQ(framed(Framing::Cri, ""), "2025-08-30T11:27:01.5Z stdout F \n");
}

TEST(Framing, SplitsLongMessagesIntoFragmentsThatJoinAgain) {
  for (const std::size_t bytes :
       {kFragmentBytesMax - 1, kFragmentBytesMax, kFragmentBytesMax + 1, 2 * kFragmentBytesMax,
        3 * kFragmentBytesMax + 17, std::size_t{1024 * 1024}}) {
    std::string message(bytes, ' ');
    for (std::size_t at = 0; at < bytes; ++at) message[at] = static_cast<char>('a' + at % 23);
    const std::vector<Fragment> fragments = fragments_of(framed(Framing::Cri, message));
    ASSERT_EQ(fragments.size(), (bytes + kFragmentBytesMax - 1) / kFragmentBytesMax);
    std::string joined;
    for (std::size_t at = 0; at < fragments.size(); ++at) {
      const bool is_last = at + 1 == fragments.size();
      EXPECT_EQ(fragments[at].tag, is_last ? 'F' : 'P');
      if (!is_last) {
        EXPECT_EQ(fragments[at].text.size(), kFragmentBytesMax);
      }
      joined += fragments[at].text;
    }
    EXPECT_EQ(joined, message);
  }
}

}  // namespace
}  // namespace headgate::loggen
