#include "cli/option_checks.h"

#include <gtest/gtest.h>

#include <string>

#include "base/printable_text.h"

namespace headgate::cli {
namespace {

std::string judged(const CLI::Validator& check, std::string text) {
  return check(text);
}

TEST(OptionChecks, SecondsAreNumbersThatADurationHolds) {
  for (const char* text : {"0", "0.5", "25", "1e3", "315360000"})
    EXPECT_EQ(judged(seconds_check(), text), "") << text;
  for (const char* text :
       {"", "nan", "NaN", "inf", "-inf", "1e300", "-1", "5s", "1e9999", "315360001", "x"}) {
    const std::string complaint = judged(seconds_check(), text);
    EXPECT_NE(complaint.find("seconds from 0 to 315360000"), std::string::npos) << text;
    EXPECT_LT(complaint.size(), 100U) << text;
  }
  EXPECT_EQ(judged(number_check(0, 100), "100"), "");
  EXPECT_NE(judged(number_check(0, 100), "nan"), "");
}

TEST(OptionChecks, NamesAreShortAndPlain) {
  for (const std::string& text : {std::string("a"), std::string("after-the-outage_2"), std::string(64, 'n')})
    EXPECT_EQ(judged(name_check(), text), "") << text;
  for (const std::string& text : {std::string(), std::string(65, 'n'), std::string("a/b"), std::string("a~b"),
                                  std::string("a b"), std::string("\x1b[2J"), std::string("\xc3\xa9")})
    EXPECT_NE(judged(name_check(), text), "") << text;
}

enum class Colour : char { Red = 1, Green = 2 };

TEST(OptionChecks, AnUnknownWordIsAnsweredWithTheWordsThatAre) {
  Colour colour = Colour::Red;
  CLI::App app;
  take_word(*app.add_option("colour", colour),
            std::map<std::string, Colour>{{"red", Colour::Red}, {"green", Colour::Green}});
  app.parse(std::vector<std::string>{"green"});
  EXPECT_EQ(colour, Colour::Green);
  for (const char* wrong : {"blue", "1", "2", ""}) {
    try {
      app.parse(std::vector<std::string>{wrong});
      ADD_FAILURE() << wrong;
    } catch (const CLI::ParseError& error) {
      const std::string said = error.what();
      EXPECT_EQ(printable(said), said);
      EXPECT_NE(said.find("red"), std::string::npos) << said;
    }
  }
}

}  // namespace
}  // namespace headgate::cli
