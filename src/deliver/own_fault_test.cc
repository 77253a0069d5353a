#include "deliver/own_fault.h"

#include <gtest/gtest.h>

namespace headgate::deliver {
namespace {

TEST(OwnFault, IsTriedAgainAndStandsAgainstNoDestination) {
  for (const Fault fault : {Fault::Retry, Fault::Denied, Fault::NotFound, Fault::Invalid}) {
    const Error error = own_fault({fault, "not you", std::chrono::seconds{60}}, "quarantine");
    EXPECT_EQ(error.fault, Fault::Retry);
    EXPECT_EQ(error.what, "quarantine: not you");
    EXPECT_EQ(error.retry_after.count(), 0);
    EXPECT_TRUE(error.is_ours);
  }
  EXPECT_EQ(own_fault({Fault::Stopped, "leaving"}, "quarantine").fault, Fault::Stopped);
}

}  // namespace
}  // namespace headgate::deliver
