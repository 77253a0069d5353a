// What every ObjectStore keeps when it is raced, misnamed or late. The Backend is that of object_store.h.
#pragma once

#include "conformance/object_store.h"

namespace headgate::conformance {

TYPED_TEST_P(ObjectStoreConformance, OfManyThatRaceForAKeyOneStores) {
  constexpr int kWriters = 8;
  std::vector<Result<PutOutcome>> outcomes(kWriters, Error{});
  {
    std::vector<std::jthread> writers;
    writers.reserve(kWriters);
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        outcomes[static_cast<std::size_t>(i)] =
            put_object(this->store(), ObjectKey("raced/for"), std::to_string(i),
                       with({{"writer", std::to_string(i)}}), this->soon());
      });
    }
  }
  const std::string winner = this->read("raced/for");
  for (int i = 0; i < kWriters; ++i) {
    const Result<PutOutcome>& outcome = outcomes[static_cast<std::size_t>(i)];
    // S3 may answer 409 to a loser, which is Retry.
    if (!outcome.ok()) {
      EXPECT_EQ(outcome.error().fault, Fault::Retry) << outcome.error().what;
    }
    const bool was_told_so = outcome.ok() && *outcome == PutOutcome::Stored;
    const bool is_winner = winner == std::to_string(i);
    if constexpr (requires { TypeParam::kLosesRaces; }) {
      EXPECT_TRUE(was_told_so || !is_winner);
    } else {
      EXPECT_EQ(was_told_so, is_winner);
    }
  }
  const ObjectInfo info = this->store().head(ObjectKey("raced/for"), this->soon()).value();
  EXPECT_EQ(info.metadata, (ObjectMetadata{{"writer", winner}}));
}

TYPED_TEST_P(ObjectStoreConformance, WhatIsNotThereIsNotFound) {
  const ObjectKey key("no/such/key");
  EXPECT_EQ(this->store().head(key, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->store().open_reader(key, {}, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->store().open_reader(key, ByteRange{0, 1}, this->soon()).error().fault, Fault::NotFound);
  this->put("no/such", "x");
  EXPECT_EQ(this->store().head(key, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->store().head(ObjectKey("no"), this->soon()).error().fault, Fault::NotFound);
}

TYPED_TEST_P(ObjectStoreConformance, ABucketThatIsNotThereIsNotFoundFromEveryCall) {
  ObjectStore& absent = this->backend_.absent_bucket();
  const ObjectKey key("k");
  EXPECT_EQ(put_object(absent, key, "x", {}, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(absent.open_reader(key, {}, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(absent.head(key, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(absent.list("", ObjectKey(), 10, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(absent.list("a/b/", ObjectKey(), 10, this->soon()).error().fault, Fault::NotFound);
  EXPECT_EQ(absent.remove(key, this->soon()).error().fault, Fault::NotFound);
}

TYPED_TEST_P(ObjectStoreConformance, RefusesKeysThatS3WouldRefuse) {
  for (const std::string& key : {std::string(), std::string(1025, 'x')}) {
    EXPECT_EQ(put_object(this->store(), ObjectKey(key), "x", {}, this->soon()).error().fault, Fault::Invalid);
  }
}

TYPED_TEST_P(ObjectStoreConformance, AfterItsDeadlineACallIsRetryAndDidNothing) {
  this->put("k", "x");
  const Deadline passed = this->backend_.passed();
  const ObjectKey key("k");
  EXPECT_EQ(put_object(this->store(), ObjectKey("late"), "x", {}, passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->store().open_reader(key, {}, passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->store().head(key, passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->store().list("", ObjectKey(), 1, passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->store().remove(key, passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->keys("", 10), std::vector<std::string>{"k"});
}

REGISTER_TYPED_TEST_SUITE_P(ObjectStoreConformance, GivesBackTheBytesThatWereCommitted,
                            NobodySeesAnObjectBeforeItsCommitOrWithoutIt, OnlyIfAbsentKeepsWhatIsThere,
                            ReplaceReplacesBytesAndMetadata, AReaderSeesOneVersionWhileItIsReplacedAndRemoved,
                            KeepsMetadataAndContentHeaders, RefusesMetadataThatS3WouldRefuse, ReadsRanges,
                            ListsKeysByTheirBytes, AListedObjectIsWhatHeadSaysOfIt,
                            ListsAnObjectWhoseKeyIsThePrefix, RemovingIsDoneOnceAndRepeatedForNothing,
                            CopiesFromAnotherBucketWithMetadataOfItsOwn, OfManyThatRaceForAKeyOneStores,
                            WhatIsNotThereIsNotFound, ABucketThatIsNotThereIsNotFoundFromEveryCall,
                            RefusesKeysThatS3WouldRefuse, AfterItsDeadlineACallIsRetryAndDidNothing);

}  // namespace headgate::conformance
