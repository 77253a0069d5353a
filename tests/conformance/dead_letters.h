// What every DeadLetters keeps, beside its queue.
//
// A Backend is that of queue.h and has:  DeadLetters& letters();
#pragma once

#include <string>
#include <vector>

#include "conformance/queue.h"

namespace headgate::conformance {

template <typename Backend>
class DeadLettersConformance : public QueueConformance<Backend> {};
TYPED_TEST_SUITE_P(DeadLettersConformance);

TYPED_TEST_P(DeadLettersConformance, AMessageReceivedTooOftenIsKeptWithItsBody) {
  DeadLetters& letters = this->backend_.letters();
  EXPECT_TRUE(letters.dead_letters(10, Deadline::never()).value().empty());
  this->send("poison");
  this->exhaust("poison");
  const std::vector<ReceivedMessage> dead = letters.dead_letters(10, Deadline::never()).value();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].body, "poison");
  EXPECT_GE(dead[0].receive_count, TypeParam::kReceivesMax);
  EXPECT_GT(dead[0].sent_at, Timestamp{});
}

TYPED_TEST_P(DeadLettersConformance, ARedrivenMessageIsReceivedAsIfNew) {
  DeadLetters& letters = this->backend_.letters();
  this->send("poison");
  this->exhaust("poison");
  EXPECT_EQ(letters.redrive(0, Deadline::never()).value(), 1U);
  EXPECT_TRUE(letters.dead_letters(10, Deadline::never()).value().empty());
  const ReceivedMessage message = this->receive_one(seconds{5});
  EXPECT_EQ(message.body, "poison");
  EXPECT_EQ(message.receive_count, 1U);
  EXPECT_EQ(letters.redrive(0, Deadline::never()).value(), 0U);
}

TYPED_TEST_P(DeadLettersConformance, RedrivesAndShowsAsManyAsAskedAndPurgesTheRest) {
  DeadLetters& letters = this->backend_.letters();
  for (const std::string body : {"a", "b", "c"}) {
    this->send(body);
    this->exhaust(body);
  }
  EXPECT_EQ(letters.dead_letters(2, Deadline::never()).value().size(), 2U);
  EXPECT_EQ(letters.redrive(1, Deadline::never()).value(), 1U);
  EXPECT_EQ(letters.dead_letters(10, Deadline::never()).value().size(), 2U);
  EXPECT_EQ(letters.purge(Deadline::never()).value(), 2U);
  EXPECT_EQ(letters.purge(Deadline::never()).value(), 0U);
  EXPECT_TRUE(letters.dead_letters(10, Deadline::never()).value().empty());
  this->receive_one();
}

REGISTER_TYPED_TEST_SUITE_P(DeadLettersConformance, AMessageReceivedTooOftenIsKeptWithItsBody,
                            ARedrivenMessageIsReceivedAsIfNew, RedrivesAndShowsAsManyAsAskedAndPurgesTheRest);

}  // namespace headgate::conformance
