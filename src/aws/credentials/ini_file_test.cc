#include "aws/credentials/ini_file.h"

#include <gtest/gtest.h>

namespace headgate::aws {
namespace {

TEST(IniFile, IsReadAsTheSdksDo) {
  const Result<IniFile> file = parse_ini(
      "\xef\xbb\xbf# at first\r\n"
      "[default]\r\n"
      "Region=eu-west-1\r\n"
      "  ; indented note\n"
      "\n"
      "[profile two words] # after\n"
      "output = json # not a note\n"
      "s3 =\n"
      "    Addressing_Style = path\n"
      "\tuse = x=y\n"
      "region = a\n"
      "region = b\n"
      "text = one\n"
      " two\n"
      "[default]\n"
      "last = 1");
  ASSERT_TRUE(file.ok()) << file.error().what;
  EXPECT_EQ(*file, (IniFile{{"default", {{"region", "eu-west-1"}, {"last", "1"}}},
                            {"profile two words",
                             {{"output", "json # not a note"},
                              {"s3", ""},
                              {"s3.addressing_style", "path"},
                              {"s3.use", "x=y"},
                              {"region", "b"},
                              {"text", "one\ntwo"}}}}));
}

TEST(IniFile, SaysWhichLineIsWrongAndNothingOfIt) {
  const std::pair<const char*, const char*> rows[] = {
      {"key = value", "line 1"},
      {"[a]\nsecret without equals", "line 2"},
      {"[a\nx = 1", "line 1"},
      {"[]", "line 1"},
      {"[a] b", "line 1"},
      {"[a]\n= 1", "line 2"},
      {"[a]\ns3 =\n  secret", "line 3"},
  };
  for (const auto& [text, where] : rows) {
    const Result<IniFile> file = parse_ini(text);
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_EQ(file.error().what, std::string(where) + ": neither [section] nor name = value");
  }
  EXPECT_FALSE(parse_ini(std::string(kIniBytesMax + 1, ' ')).ok());
  EXPECT_FALSE(parse_ini(std::string(kIniLinesMax + 1, '\n')).ok());
  EXPECT_TRUE(parse_ini("").ok());
}

}  // namespace
}  // namespace headgate::aws
