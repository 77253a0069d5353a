// What every Destinations keeps.
//
// A World has:
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

template <typename World>
class DestinationsConformance : public testing::Test {
 protected:
  World world_;
};
TYPED_TEST_SUITE_P(DestinationsConformance);

TYPED_TEST_P(DestinationsConformance, OpensALogSinkThatTakesEvents) {
  const auto sink =
      this->world_.destinations().log_sink(this->world_.cloudwatch("team-a"), this->world_.soon());
  ASSERT_TRUE(sink.ok()) << sink.error().what;
  const LogGroup group("/headgate/team-a");
  const LogStream stream("pod");
  ASSERT_TRUE(sink.value()->create_group(group, this->world_.soon()).ok());
  ASSERT_TRUE(sink.value()->create_stream(group, stream, this->world_.soon()).ok());
  const std::vector<LogEvent> events = {{this->world_.now_ms(), "text"}};
  EXPECT_TRUE(sink.value()->put_events(group, stream, events, this->world_.soon()).ok());
}

TYPED_TEST_P(DestinationsConformance, OpensTheBucketThatTheConfigurationNames) {
  const TenantConfiguration configuration = this->world_.s3("team-a");
  const auto bucket = this->world_.destinations().bucket(configuration, this->world_.soon());
  ASSERT_TRUE(bucket.ok()) << bucket.error().what;
  EXPECT_EQ(bucket.value()->bucket().str(), configuration.bucket_name);
  ASSERT_TRUE(put_object(*bucket.value(), ObjectKey("logs/k"), "text", {}, this->world_.soon()).ok());
  const auto again = this->world_.destinations().bucket(configuration, this->world_.soon());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value()->head(ObjectKey("logs/k"), this->world_.soon()).value().bytes, 4U);
}

TYPED_TEST_P(DestinationsConformance, TenantsDoNotSeeEachOther) {
  const LogGroup group("/headgate/logs");
  const auto mine =
      this->world_.destinations().log_sink(this->world_.cloudwatch("team-a"), this->world_.soon());
  const auto theirs =
      this->world_.destinations().log_sink(this->world_.cloudwatch("team-b"), this->world_.soon());
  ASSERT_TRUE(mine.ok() && theirs.ok());
  ASSERT_TRUE(mine.value()->create_group(group, this->world_.soon()).ok());
  EXPECT_EQ(theirs.value()->create_stream(group, LogStream("s"), this->world_.soon()).error().fault,
            Fault::NotFound);
  const auto my_bucket = this->world_.destinations().bucket(this->world_.s3("team-a"), this->world_.soon());
  const auto their_bucket =
      this->world_.destinations().bucket(this->world_.s3("team-b"), this->world_.soon());
  ASSERT_TRUE(my_bucket.ok() && their_bucket.ok());
  ASSERT_TRUE(put_object(*my_bucket.value(), ObjectKey("k"), "text", {}, this->world_.soon()).ok());
  EXPECT_EQ(their_bucket.value()->head(ObjectKey("k"), this->world_.soon()).error().fault, Fault::NotFound);
}

TYPED_TEST_P(DestinationsConformance, AfterItsDeadlineACallIsRetry) {
  const Deadline passed = this->world_.passed();
  EXPECT_EQ(this->world_.destinations().log_sink(this->world_.cloudwatch("team-a"), passed).error().fault,
            Fault::Retry);
  EXPECT_EQ(this->world_.destinations().bucket(this->world_.s3("team-a"), passed).error().fault,
            Fault::Retry);
}

REGISTER_TYPED_TEST_SUITE_P(DestinationsConformance, OpensALogSinkThatTakesEvents,
                            OpensTheBucketThatTheConfigurationNames, TenantsDoNotSeeEachOther,
                            AfterItsDeadlineACallIsRetry);

}  // namespace headgate::conformance
