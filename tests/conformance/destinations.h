// What every Destinations keeps.
//
// A Backend has:
//   Destinations& destinations();
//   TenantConfiguration cloudwatch(const std::string& tenant);  whose side of it is in order
//   TenantConfiguration s3(const std::string& tenant);          likewise; its bucket is there, or made
//   std::int64_t now_ms();  Deadline soon();  Deadline passed();
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ports/destinations.h"

namespace headgate::conformance {

template <typename Backend>
class DestinationsConformance : public testing::Test {
 protected:
  Backend backend_;
};
TYPED_TEST_SUITE_P(DestinationsConformance);

TYPED_TEST_P(DestinationsConformance, OpensALogSinkThatTakesEvents) {
  const auto sink =
      this->backend_.destinations().log_sink(this->backend_.cloudwatch("team-a"), this->backend_.soon());
  ASSERT_TRUE(sink.ok()) << sink.error().what;
  const LogGroup group("/headgate/team-a");
  const LogStream stream("pod");
  ASSERT_TRUE(sink.value()->create_group(group, this->backend_.soon()).ok());
  ASSERT_TRUE(sink.value()->create_stream(group, stream, this->backend_.soon()).ok());
  const std::vector<LogEvent> events = {{this->backend_.now_ms(), "text"}};
  EXPECT_TRUE(sink.value()->put_events(group, stream, events, this->backend_.soon()).ok());
}

TYPED_TEST_P(DestinationsConformance, OpensTheBucketThatTheConfigurationNames) {
  const TenantConfiguration configuration = this->backend_.s3("team-a");
  const auto bucket = this->backend_.destinations().bucket(configuration, this->backend_.soon());
  ASSERT_TRUE(bucket.ok()) << bucket.error().what;
  EXPECT_EQ(bucket.value()->bucket().str(), configuration.bucket_name);
  ASSERT_TRUE(put_object(*bucket.value(), ObjectKey("logs/k"), "text", {}, this->backend_.soon()).ok());
  const auto again = this->backend_.destinations().bucket(configuration, this->backend_.soon());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value()->head(ObjectKey("logs/k"), this->backend_.soon()).value().bytes, 4U);
}

TYPED_TEST_P(DestinationsConformance, TenantsDoNotSeeEachOther) {
  const LogGroup group("/headgate/logs");
  const auto mine =
      this->backend_.destinations().log_sink(this->backend_.cloudwatch("team-a"), this->backend_.soon());
  const auto theirs =
      this->backend_.destinations().log_sink(this->backend_.cloudwatch("team-b"), this->backend_.soon());
  ASSERT_TRUE(mine.ok() && theirs.ok());
  ASSERT_TRUE(mine.value()->create_group(group, this->backend_.soon()).ok());
  EXPECT_EQ(theirs.value()->create_stream(group, LogStream("s"), this->backend_.soon()).error().fault,
            Fault::NotFound);
  const auto my_bucket =
      this->backend_.destinations().bucket(this->backend_.s3("team-a"), this->backend_.soon());
  const auto their_bucket =
      this->backend_.destinations().bucket(this->backend_.s3("team-b"), this->backend_.soon());
  ASSERT_TRUE(my_bucket.ok() && their_bucket.ok());
  ASSERT_TRUE(put_object(*my_bucket.value(), ObjectKey("k"), "text", {}, this->backend_.soon()).ok());
  EXPECT_EQ(their_bucket.value()->head(ObjectKey("k"), this->backend_.soon()).error().fault, Fault::NotFound);
}

TYPED_TEST_P(DestinationsConformance, AfterItsDeadlineACallIsRetry) {
  const Deadline passed = this->backend_.passed();
  EXPECT_EQ(this->backend_.destinations().log_sink(this->backend_.cloudwatch("team-a"), passed).error().fault,
            Fault::Retry);
  EXPECT_EQ(this->backend_.destinations().bucket(this->backend_.s3("team-a"), passed).error().fault,
            Fault::Retry);
}

REGISTER_TYPED_TEST_SUITE_P(DestinationsConformance, OpensALogSinkThatTakesEvents,
                            OpensTheBucketThatTheConfigurationNames, TenantsDoNotSeeEachOther,
                            AfterItsDeadlineACallIsRetry);

}  // namespace headgate::conformance
