#include "cli/object_url.h"

#include <gtest/gtest.h>

#include "fakes/memory_store.h"
#include "fakes/still_clock.h"

namespace headgate::cli {
namespace {

TEST(ObjectUrl, IsABucketAndAKeyThatMayBeEmpty) {
  const auto place = place_of_url("s3://b/a/key");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->bucket.view(), "b");
  EXPECT_EQ(place->key.view(), "a/key");
  EXPECT_EQ(url_of(*place), "s3://b/a/key");
  EXPECT_TRUE(place_of_url("s3://b/")->key.empty());
  for (const char* other : {"", "a/key", "s3://", "s3://b", "s3:///key", "http://b/key"})
    EXPECT_FALSE(place_of_url(other)) << other;
}

TEST(ObjectUrl, IsOnlyNeededWhereThereAreSeveralBuckets) {
  fakes::StillClock clock;
  fakes::MemoryStore one(clock, BucketName("one"));
  fakes::MemoryStore two(clock, BucketName("two"));
  const process::ObjectPlace place{.bucket = BucketName("two"), .key = ObjectKey("key")};
  EXPECT_EQ(after_text(place, {&two}), "key");
  EXPECT_EQ(after_text(place, {&one, &two}), "s3://two/key");
  const process::WalkOptions each = walk_options("p", "key", {&one, &two}).value();
  EXPECT_EQ(each.after.view(), "key");
  EXPECT_TRUE(each.in.empty());
  const process::WalkOptions in_two = walk_options("p", "s3://two/key", {&one, &two}).value();
  EXPECT_EQ(in_two.after.view(), "key");
  EXPECT_EQ(in_two.in.view(), "two");
  EXPECT_FALSE(walk_options("", "s3://two/key", {&one}).ok());
}

}  // namespace
}  // namespace headgate::cli
