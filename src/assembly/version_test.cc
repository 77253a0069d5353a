#include "assembly/version.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "fakes/source_directory.h"

namespace headgate::assembly {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Version, IsWhatTheFileVersionSays) {
  std::ifstream file(fakes::source_directory() + "/VERSION");
  std::string written;
  ASSERT_TRUE(std::getline(file, written));
  EXPECT_EQ(kVersion, written);
}

TEST(Version, BeginsWithALineThatProgramsCanRead) {
  EXPECT_EQ(lines_of(version_text("0123abc")).front(), std::string("headgate ") + kVersion);
}

TEST(Version, NamesCommitCompilerAndFlags) {
  const std::vector<std::string> lines = lines_of(version_text("0123abc"));
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[1], "commit: 0123abc");
  const std::vector<std::string> names = {"compiler: ", "build type: ", "sanitizers: ", "flags: "};
  for (std::size_t at = 0; at < names.size(); ++at) {
    EXPECT_TRUE(lines[at + 2].starts_with(names[at])) << lines[at + 2];
    EXPECT_GT(lines[at + 2].size(), names[at].size()) << lines[at + 2];
  }
  // The flags are those of the compiler's command line, where optimised builds have at least one.
#ifdef __OPTIMIZE__
  EXPECT_NE(lines[5].find("-O"), std::string::npos) << lines[5];
#endif
#ifdef _GLIBCXX_ASSERTIONS
  EXPECT_NE(lines[5].find("-D_GLIBCXX_ASSERTIONS"), std::string::npos) << lines[5];
#endif
}

}  // namespace
}  // namespace headgate::assembly
