#include "kube/label_selector.h"

#include <gtest/gtest.h>

namespace headgate::kube {
namespace {

TEST(LabelSelector, SelectsAsKubectlDoes) {
  const LabelMap labels = {{"app", "api"}, {"tier", ""}, {"release.io/track", "stable"}, {"size", "10"}};
  const struct {
    const char* selector;
    bool matches;
  } rows[] = {
      {"", true},
      {"  ", true},
      {"app", true},
      {"tier", true},
      {"other", false},
      {"!app", false},
      {"! other", true},
      {"app=api", true},
      {"app == api", true},
      {"app=other", false},
      {"tier=", true},
      {"app=", false},
      {"app!=api", false},
      {"app!=other", true},
      {"other!=x", true},
      {"app in (api)", true},
      {"app in (x, api ,y)", true},
      {"app in(x,y)", false},
      {"other in (x)", false},
      {"tier in (a,)", true},
      {"app notin (x,y)", true},
      {"app notin (api)", false},
      {"other notin (x)", true},
      {"size>9", true},
      {"size > 10", false},
      {"size<11", true},
      {"app>1", false},
      {"other<1", false},
      {"app=api,release.io/track=stable", true},
      {"app=api,release.io/track in (stable,beta),!gone,tier", true},
      {"app=api,release.io/track notin (stable)", false},
      {"in in (x)", false},
      {"notin", false},
  };
  for (const auto& row : rows) {
    const Result<LabelSelector> selector = LabelSelector::parse(row.selector);
    ASSERT_TRUE(selector.ok()) << row.selector << ": " << selector.error().what;
    EXPECT_EQ(selector->matches(labels), row.matches) << row.selector;
    EXPECT_EQ(selector->text(), row.selector);
  }
}

TEST(LabelSelector, RefusesWhatIsNoneAndSaysWhere) {
  const char* const rows[] = {
      ",",       "a,",         "a,,b",  "=b",      "a=b c", "a in",  "a in b", "a in (b",   "a in (b c)",
      "a foo b", "a=b=c",      "!a=b",  "!",       "!!a",   "a>x",   "a>",     "-a",        "a-",
      "a/b/c",   "UPPER/name", "/name", "prefix/", "a=-b",  "a=b/c", "(a)",    "a in (b),", "a\xC3\xA9",
  };
  for (const char* text : rows) {
    const Result<LabelSelector> selector = LabelSelector::parse(text);
    ASSERT_FALSE(selector.ok()) << text;
    EXPECT_EQ(selector.error().fault, Fault::Invalid);
    EXPECT_TRUE(selector.error().what.starts_with("at byte ")) << selector.error().what;
  }
  EXPECT_FALSE(LabelSelector::parse(std::string(64, 'a')).ok());
  EXPECT_TRUE(LabelSelector::parse(std::string(63, 'a')).ok());
}

TEST(LabelSelector, HasLimits) {
  std::string many = "a";
  for (std::size_t count = 1; count < LabelSelector::kRequirementsMax; ++count) many += ",a";
  EXPECT_TRUE(LabelSelector::parse(many).ok());
  EXPECT_FALSE(LabelSelector::parse(many + ",a").ok());
  EXPECT_FALSE(LabelSelector::parse(std::string(LabelSelector::kBytesMax + 1, ' ')).ok());
}

}  // namespace
}  // namespace headgate::kube
