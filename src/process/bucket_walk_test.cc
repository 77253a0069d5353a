#include "process/bucket_walk.h"

#include <gtest/gtest.h>

#include "fakes/memory_store.h"
#include "fakes/still_clock.h"

namespace headgate::process {
namespace {

// Lists two keys a page, and refuses from some page on.
class PagedStore final : public fakes::MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t,
                          Deadline deadline) override {
    if (refusal && pages++ >= refused_from) return *refusal;
    return MemoryStore::list(prefix, after, 2, deadline);
  }
  std::optional<Error> refusal;
  int refused_from = 0;
  int pages = 0;
};

class BucketWalk : public testing::Test {
 protected:
  BucketWalk() {
    for (PagedStore* store : {&first_, &second_, &third_}) {
      for (const char* key : {"a", "b", "c"})
        EXPECT_TRUE(put_object(*store, ObjectKey(key), "", {}, {}).ok());
    }
  }
  Walked walk(const WalkOptions& options = {}, const std::string& until = "") {
    seen_.clear();
    return walk_buckets(clock_, {&first_, &second_, &third_}, options,
                        [&](ObjectStore& bucket, const ObjectInfo& info) {
                          const std::string place = bucket.bucket().str() + "/" + info.key.str();
                          if (place == until) return Walk::Stop;
                          seen_ += place + " ";
                          return Walk::On;
                        });
  }

  fakes::StillClock clock_;
  PagedStore first_{clock_, BucketName("1")};
  PagedStore second_{clock_, BucketName("2")};
  PagedStore third_{clock_, BucketName("3")};
  std::string seen_;
};

TEST_F(BucketWalk, GoesThroughAllPagesOfAllBuckets) {
  const Walked walked = walk();
  EXPECT_EQ(seen_, "1/a 1/b 1/c 2/a 2/b 2/c 3/a 3/b 3/c ");
  EXPECT_TRUE(walked.refused.empty());
  EXPECT_FALSE(walked.interrupted);
  (void)walk({.prefix = "b"});
  EXPECT_EQ(seen_, "1/b 2/b 3/b ");
}

TEST_F(BucketWalk, BeginsAfterAKeyInEachBucketOrInOneAndThoseAfter) {
  (void)walk({.after = ObjectKey("b")});
  EXPECT_EQ(seen_, "1/c 2/c 3/c ");
  (void)walk({.after = ObjectKey("b"), .in = BucketName("2")});
  EXPECT_EQ(seen_, "2/c 3/a 3/b 3/c ");
  (void)walk({.in = BucketName("3")});
  EXPECT_EQ(seen_, "3/a 3/b 3/c ");
}

TEST_F(BucketWalk, NamesAnUnlistableBucketAndWalksTheOthers) {
  first_.refusal = Error{Fault::Denied, "no ListBucket"};
  second_.refusal = Error{Fault::Retry, "503"};
  second_.refused_from = 1;  // its second page
  const Walked walked = walk();
  EXPECT_EQ(seen_, "2/a 2/b 3/a 3/b 3/c ");
  ASSERT_EQ(walked.refused.size(), 2U);
  EXPECT_EQ(walked.refused[0].what, "bucket 1: no ListBucket");
  EXPECT_EQ(walked.refused[0].fault, Fault::Denied);
  EXPECT_EQ(walked.refused[1].what, "bucket 2: 503");
  EXPECT_FALSE(walked.interrupted);
}

TEST_F(BucketWalk, SaysWhereItWasLeftOffAndGoesOnFromThere) {
  Walked walked = walk({}, "2/c");
  ASSERT_TRUE(walked.interrupted);
  EXPECT_EQ(walked.interrupted->bucket.view(), "2");
  EXPECT_EQ(walked.interrupted->key.view(), "b");
  (void)walk({.after = walked.interrupted->key, .in = walked.interrupted->bucket});
  EXPECT_EQ(seen_, "2/c 3/a 3/b 3/c ");

  walked = walk({}, "3/a");
  EXPECT_EQ(walked.interrupted->bucket.view(), "3");
  EXPECT_TRUE(walked.interrupted->key.empty());

  third_.refusal = Error{Fault::Stopped, "stopping"};
  walked = walk();
  EXPECT_TRUE(walked.refused.empty());
  EXPECT_EQ(walked.interrupted->bucket.view(), "3");
}

}  // namespace
}  // namespace headgate::process
