#include "cli/tally_words.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/exit_status.h"

namespace headgate::cli {
namespace {

using process::Tally;

TEST(TallyWords, SayTheWorstThatIsTrueOfAnyDelivery) {
  Tally tally;
  EXPECT_EQ(word_of(tally), "nothing to do");
  const auto add = [&](std::uint32_t Tally::*number) {
    tally.*number = 1;
    return word_of(tally);
  };
  EXPECT_EQ(add(&Tally::disabled), "disabled");
  EXPECT_EQ(add(&Tally::filtered_before), "filtered");
  EXPECT_EQ(add(&Tally::delivered_before), "done before");
  EXPECT_EQ(add(&Tally::delivered), "done");
  EXPECT_EQ(add(&Tally::later), "not done");
  EXPECT_EQ(add(&Tally::parked_before), "parked");
  EXPECT_EQ(add(&Tally::refused), "refused");
  EXPECT_EQ(add(&Tally::lost_before), "lost");
}

TEST(TallyWords, NameEveryNumberThatIsNotZero) {
  EXPECT_EQ(numbers_of({}), "");
  EXPECT_EQ(numbers_of({.delivered = 1, .parked = 2, .lost_before = 3}),
            "delivered 1, parked 2, lost before 3");
}

TEST(TallyWords, GiveTheExitStatusOfWhatIsLeftOrLost) {
  EXPECT_EQ(exit_status_of({.delivered = 1, .filtered = 1, .disabled = 1}), 0);
  EXPECT_EQ(exit_status_of({.delivered = 1, .later = 1}), kExitLeft);
  EXPECT_EQ(exit_status_of({.refused = 1}), kExitLeft);
  EXPECT_EQ(exit_status_of({.parked_before = 1}), kExitLeft);
  EXPECT_EQ(exit_status_of({.parked = 1, .lost_before = 1}), kExitLost);
}

TEST(TallyWords, NameTheCommandThatListsWhatIsParked) {
  std::ostringstream output;
  tell_of_parked(output, {.delivered = 1, .lost = 1});
  EXPECT_EQ(output.str(), "");
  tell_of_parked(output, {.parked_before = 1});
  EXPECT_NE(output.str().find("headgate undelivered list --kind=parked"), std::string::npos);
}

}  // namespace
}  // namespace headgate::cli
