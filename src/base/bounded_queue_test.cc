#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace headgate {
namespace {

using std::chrono::milliseconds;

TEST(BoundedQueue, GivesBackWhatWentInInOrder) {
  BoundedQueue<int> queue(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.push(i, {}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.pop({}, milliseconds{0}), i);
  EXPECT_FALSE(queue.pop({}, milliseconds{0}).has_value());
}

TEST(BoundedQueue, RefusesMoreThanItsCapacity) {
  BoundedQueue<int> queue(1);
  int value = 1;
  EXPECT_TRUE(queue.try_push(value));
  EXPECT_FALSE(queue.try_push(value));
  EXPECT_EQ(queue.try_pop(), 1);
  EXPECT_TRUE(queue.try_push(value));
}

TEST(BoundedQueue, WakesAWaitingProducerWhenStopped) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1, {}));
  bool pushed = true;
  {
    std::jthread producer([&](const std::stop_token& stop) { pushed = queue.push(2, stop); });
    producer.request_stop();
  }
  EXPECT_FALSE(pushed);
}

TEST(BoundedQueue, DrainsAfterCloseAndThenSaysEmpty) {
  BoundedQueue<int> queue(2);
  ASSERT_TRUE(queue.push(1, {}));
  queue.close();
  EXPECT_FALSE(queue.push(2, {}));
  EXPECT_EQ(queue.pop({}, milliseconds{1000}), 1);
  EXPECT_FALSE(queue.pop({}, milliseconds{1000}).has_value());
}

TEST(BoundedQueue, MovesEveryValueBetweenThreadsOnce) {
  constexpr int kValues = 20'000;
  BoundedQueue<int> queue(8);
  std::vector<int> seen(kValues, 0);
  {
    std::jthread consumer([&] {
      while (auto value = queue.pop({}, milliseconds{5000})) ++seen[static_cast<std::size_t>(*value)];
    });
    for (int i = 0; i < kValues; ++i) ASSERT_TRUE(queue.push(i, {}));
    queue.close();
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), kValues);
}

}  // namespace
}  // namespace headgate
