#include "deliver/batch_plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace headgate::deliver {
namespace {

Delivery delivery() {
  Delivery made;
  made.fields = {.cluster = ClusterId("c"),
                 .namespace_name = Namespace("n"),
                 .application = Application("a"),
                 .pod = PodName("p"),
                 .tenant = TenantId("t"),
                 .file = "f"};
  made.configuration.account_id = "222222222222";
  made.configuration.target_region = "eu-central-1";
  made.configuration.log_group_name = "/logs";
  return made;
}

using Change = std::function<void(Delivery&, LogLimits&)>;

BatchPlan after(const Change& change) {
  Delivery changed = delivery();
  LogLimits limits;
  change(changed, limits);
  return batch_plan(changed, limits);
}

TEST(BatchPlan, DiffersByAllThatCutsOrRoutesBatches) {
  const std::vector<Change> changes = {
      [](Delivery&, LogLimits&) {},
      [](Delivery& d, LogLimits&) { d.configuration.log_stream_name = "{application}"; },
      [](Delivery& d, LogLimits&) { d.configuration.log_group_name = "/other"; },
      [](Delivery& d, LogLimits&) { d.configuration.target_region = "eu-west-1"; },
      [](Delivery& d, LogLimits&) { d.configuration.account_id = "333333333333"; },
      [](Delivery& d, LogLimits&) { d.fields.cluster = ClusterId("c2"); },
      [](Delivery& d, LogLimits&) { d.fields.namespace_name = Namespace("n2"); },
      [](Delivery& d, LogLimits&) { d.fields.application = Application("a2"); },
      [](Delivery& d, LogLimits&) { d.fields.pod = PodName("p2"); },
      [](Delivery& d, LogLimits&) { d.fields.node = NodeName("node"); },
      [](Delivery&, LogLimits& limits) { limits.bytes_max -= 1; },
      [](Delivery&, LogLimits& limits) { limits.events_max -= 1; },
      [](Delivery&, LogLimits& limits) { limits.span_ms_max -= 1; },
      [](Delivery&, LogLimits& limits) { limits.message_bytes_max -= 1; },
      [](Delivery&, LogLimits& limits) { limits.buffer_bytes_max -= 1; },
      [](Delivery& d, LogLimits&) { d.id.etag = "of another content"; },
      [](Delivery& d, LogLimits&) { d.object_at = Timestamp::from_seconds(1); },
      // What lies beside one another is not to be mistaken for what lies in one.
      [](Delivery& d, LogLimits&) {
        d.configuration.log_group_name = "/logsx";
        d.configuration.log_stream_name = "y";
      },
      [](Delivery& d, LogLimits&) {
        d.configuration.log_group_name = "/logs";
        d.configuration.log_stream_name = "xy";
      }};
  std::set<BatchPlan> plans;
  for (const Change& change : changes) plans.insert(after(change));
  EXPECT_EQ(plans.size(), changes.size());
}

TEST(BatchPlan, IsTheSameForAnyApplicationsAndAnyWayIntoTheAccount) {
  const BatchPlan before = after([](Delivery&, LogLimits&) {});
  const BatchPlan now = after([](Delivery& d, LogLimits&) {
    d.wants = [](const Application&) { return false; };
    d.configuration.desired_logs = {"web"};
    d.configuration.log_distribution_role_arn = "arn:aws:iam::222222222222:role/new";
    d.configuration.external_id = "new";
    d.configuration.log_retention_days = 7;
    d.configuration.version = 9;
    d.progress = {.next_batch = 7, .plan = BatchPlan("x")};
  });
  EXPECT_EQ(before, now);
}

// It is in rows of ledgers: a change here makes every delivery that is under way start over.
TEST(BatchPlan, StaysWhatItWasInTheVersionBefore) {
  EXPECT_EQ(after([](Delivery&, LogLimits&) {}).view(), "9976cc5f06669218");
}

}  // namespace
}  // namespace headgate::deliver
