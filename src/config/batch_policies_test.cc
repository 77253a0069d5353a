#include "config/batch_policies.h"

#include <gtest/gtest.h>

namespace headgate::config {
namespace {

using collect::BatchPolicy;
using collect::Partition;

constexpr BatchPolicy kStandard{.bytes_max = 5000, .age_max = Milliseconds{7000}};

TEST(BatchPolicies, ChangeWhatTheyNameAndNothingElse) {
  const auto policies = parse_batch_policies(
      {{"a", {"partition=tenant"}}, {"b", {"age_max=1m", "bytes_max=8MiB"}}, {"c", {}}}, kStandard);
  ASSERT_TRUE(policies.ok());
  EXPECT_EQ(policies->size(), 3U);
  EXPECT_EQ(policies->at(Namespace("a")),
            (BatchPolicy{.partition = Partition::Tenant, .bytes_max = 5000, .age_max = Milliseconds{7000}}));
  EXPECT_EQ(policies->at(Namespace("b")),
            (BatchPolicy{.bytes_max = 8U << 20U, .age_max = Milliseconds{60'000}}));
  EXPECT_EQ(policies->at(Namespace("c")), kStandard);
}

TEST(BatchPolicies, SayWhichOneIsWrong) {
  struct Case {
    const char* change;
    const char* words;
  };
  for (const Case& c : {Case{"partition=node", "a: partition: must be pod or tenant"},
                        Case{"partition", "a: partition: has no =value"}, Case{"", "a: : has no =value"},
                        Case{"age=1s", "a: age: must be"}, Case{"age_max=5", "a: age_max: is not a duration"},
                        Case{"age_max=1ms", "a: age_max: must be from 100ms to 1h"},
                        Case{"age_max=2h", "a: age_max: must be from"},
                        Case{"bytes_max=1", "a: bytes_max: must be from 1KiB to 4GiB"},
                        Case{"bytes_max=x", "a: bytes_max: is not a size"}}) {
    const auto policies = parse_batch_policies({{"a", {c.change}}}, kStandard);
    ASSERT_FALSE(policies.ok()) << c.change;
    EXPECT_TRUE(policies.error().what.starts_with(c.words)) << policies.error().what;
  }
  EXPECT_FALSE(parse_batch_policies({{"a", {"age_max=1s", "age_max=2s"}}}, kStandard).ok());
  EXPECT_FALSE(parse_batch_policies({{"", {}}}, kStandard).ok());
}

}  // namespace
}  // namespace headgate::config
