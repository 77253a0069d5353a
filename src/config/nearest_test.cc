#include "config/nearest.h"

#include <gtest/gtest.h>

namespace headgate::config {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("age_mxa", "age_max"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);  // optimal string alignment: no edit inside a swap
}

TEST(Nearest, FindsTheKeyThatWasMeantOrNone) {
  const std::vector<std::string> keys = {"log", "log.level", "log.format", "collect.batch.age_max",
                                         "collect.batch.bytes_max"};
  EXPECT_EQ(nearest("log.levle", keys), "log.level");
  EXPECT_EQ(nearest("collect.batch.age_mx", keys), "collect.batch.age_max");
  EXPECT_EQ(nearest("collect.batch.age-max", keys), "collect.batch.age_max");
  EXPECT_EQ(nearest("age_max", keys), "collect.batch.age_max");  // its section was forgotten
  EXPECT_EQ(nearest("destinations", keys), "");
  EXPECT_EQ(nearest(std::string(5000, 'x'), keys), "");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace headgate::config
