#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace headgate {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return Error{Fault::Invalid, "odd"};
  return number / 2;
}

Result<int> quarter_of(int number) {
  const int half = TRY_IN("first half", half_of(number));
  return TRY_IN("second half", half_of(half));
}

Result<> is_even(int number) {
  TRY(half_of(number));
  return {};
}

TEST(Result, TryGivesTheValueOrReturnsTheErrorWithItsContext) {
  EXPECT_EQ(quarter_of(8).value(), 2);
  EXPECT_EQ(quarter_of(7).error().what, "first half: odd");
  EXPECT_EQ(quarter_of(6).error().what, "second half: odd");
  EXPECT_EQ(quarter_of(6).error().fault, Fault::Invalid);
  EXPECT_TRUE(is_even(2).ok());
  EXPECT_FALSE(is_even(3).ok());
}

TEST(Result, CarriesValuesThatOnlyMove) {
  auto made = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
  auto taken = [&]() -> Result<int> {
    const std::unique_ptr<int> number = TRY(made());
    return *number;
  };
  EXPECT_EQ(taken().value(), 5);
}

TEST(Result, TurnsErrnoIntoWhatTheCallerShouldDo) {
  EXPECT_EQ(error_from_errno(ENOENT, "open").fault, Fault::NotFound);
  EXPECT_EQ(error_from_errno(EACCES, "open").fault, Fault::Denied);
  EXPECT_EQ(error_from_errno(ENOSPC, "write").fault, Fault::Retry);
  EXPECT_EQ(error_from_errno(ENOTDIR, "open").fault, Fault::Invalid);
  EXPECT_EQ(error_from_errno(ENOSPC, "/data/x").what, "/data/x: No space left on device");
}

TEST(Blame, IsTheTenantsUnlessSomeoneSaysOtherwise) {
  EXPECT_EQ((Error{Fault::Denied, "no role"}.blame), Blame::Tenant);
}

TEST(Blame, OfUsIsTriedAgainAndStaysThroughContext) {
  for (const Fault fault : {Fault::Retry, Fault::Denied, Fault::NotFound, Fault::Invalid}) {
    const Error error = blame_us({fault, "not you", std::chrono::seconds{60}}, "quarantine").in("object");
    EXPECT_EQ(error.fault, Fault::Retry);
    EXPECT_EQ(error.what, "object: quarantine: not you");
    EXPECT_EQ(error.retry_after.count(), 0);
    EXPECT_EQ(error.blame, Blame::Us);
  }
  const Error stopped = blame_us({Fault::Stopped, "stopping"}, "quarantine");
  EXPECT_EQ(stopped.fault, Fault::Stopped);
  EXPECT_EQ(stopped.blame, Blame::Us);
}

}  // namespace
}  // namespace headgate
