#include "process/visibility_failures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/log.h"
#include "fakes/still_clock.h"

namespace headgate::process {
namespace {

TEST(VisibilityFailures, AreCountedByMessageAndLoggedOnceAnHour) {
  fakes::StillClock clock;
  Metrics metrics;
  VisibilityFailures failures(clock, metrics);
  const auto counted = [&] {
    std::string text;
    for (const auto& one : metrics.counters("headgate_process_visibility_failures_total")) {
      for (const auto& [name, value] : one.labels) text += value + "=" + std::to_string(one.value) + " ";
    }
    return text;
  };
  EXPECT_EQ(counted(), "failed=0 refused=0 ");
  log::configure(log::Level::Info, log::Style::Json);
  testing::internal::CaptureStderr();
  for (int times = 0; times < 5; ++times) failures.saw(Error{Fault::Denied, "AccessDenied"});
  failures.saw(Error{Fault::Denied, "AccessDenied"}, 10);
  failures.saw(Error{Fault::Retry, "no answer"}, 2);
  failures.saw({});
  failures.saw(Error{Fault::NotFound, "the receipt is void"});
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(counted(), "failed=2 refused=15 ");
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 2) << logged;
  EXPECT_NE(logged.find("sqs:ChangeMessageVisibility"), std::string::npos) << logged;
}

}  // namespace
}  // namespace headgate::process
