#include "aws/credentials/refreshing_credentials.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "fakes/still_clock.h"
#include "fakes/waiting.h"

namespace headgate::aws {
namespace {

using namespace std::chrono_literals;

class NoRandom final : public Random {
 public:
  std::uint64_t next() override { return 0; }
};

// Gives KEY1, KEY2 and so on, each valid for an hour, or an error.
class NumberedOrigin final : public CredentialsOrigin {
 public:
  explicit NumberedOrigin(Clock& with) : clock(with) {}
  std::string_view name() const override { return "numbered"; }
  Result<Credentials> fetch(Deadline deadline) override {
    const int number = ++fetches;
    last_deadline = deadline;
    if (during) during();
    if (error) return *error;
    return Credentials{.access_key_id = "KEY" + std::to_string(number),
                       .secret_access_key = "s",
                       .session_token = "t" + std::to_string(number),
                       .expires_at = clock.now() + lifetime};
  }
  Clock& clock;
  std::chrono::nanoseconds lifetime = 1h;
  std::optional<Error> error;
  std::function<void()> during;
  std::atomic<int> fetches{0};
  Deadline last_deadline;
};

class RefreshingCredentialsTest : public testing::Test {
 protected:
  std::string key() {
    Result<Credentials> got = kept_.get(Deadline::after(clock_.steady(), 1h));
    return got.ok() ? got->access_key_id : got.error().what;
  }
  fakes::StillClock clock_;
  NoRandom random_;
  NumberedOrigin* origin_ = new NumberedOrigin(clock_);  // owned by the next member
  RefreshingCredentials kept_{clock_, random_, std::unique_ptr<CredentialsOrigin>(origin_), {}};
};

TEST_F(RefreshingCredentialsTest, AreKeptUntilShortlyBeforeTheyExpire) {
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(54min);
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(1min);
  EXPECT_EQ(key(), "KEY2");
  EXPECT_EQ(origin_->fetches, 2);
}

TEST_F(RefreshingCredentialsTest, ThatLiveShortAreNotAskedForAtEveryCall) {
  origin_->lifetime = 4min;
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(119s);
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(2s);
  EXPECT_EQ(key(), "KEY2");
}

TEST_F(RefreshingCredentialsTest, ThatCameExpiredServeAWhile) {
  origin_->lifetime = -10min;
  EXPECT_EQ(key(), "KEY1");
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(5min);
  EXPECT_EQ(key(), "KEY2");
}

TEST_F(RefreshingCredentialsTest, ServeWhileTheyAreValidWhenRenewingFails) {
  EXPECT_EQ(key(), "KEY1");
  origin_->error = Error{Fault::Denied, "role gone"};
  clock_.advance(56min);
  EXPECT_EQ(key(), "KEY1");
  EXPECT_EQ(key(), "KEY1");
  EXPECT_EQ(origin_->fetches, 2);  // not asked at every call
  EXPECT_LE(origin_->last_deadline.left(clock_.steady()), 10s);
  clock_.advance(61s);
  EXPECT_EQ(key(), "KEY1");
  EXPECT_EQ(origin_->fetches, 3);
  clock_.advance(4min);
  EXPECT_EQ(key(), "numbered: role gone");
}

TEST_F(RefreshingCredentialsTest, RememberARefusalBriefly) {
  origin_->error = Error{Fault::Denied, "no"};
  for (int call = 0; call < 5; ++call) EXPECT_EQ(key(), "numbered: no");
  EXPECT_EQ(origin_->fetches, 1);
  clock_.advance(60s);
  origin_->error.reset();
  EXPECT_EQ(key(), "KEY2");
}

TEST_F(RefreshingCredentialsTest, AskAgainAtOnceWhatCouldNotBeAsked) {
  origin_->error = Error{Fault::Retry, "no answer"};
  EXPECT_EQ(key(), "numbered: no answer");
  origin_->error.reset();
  EXPECT_EQ(key(), "KEY2");
}

TEST_F(RefreshingCredentialsTest, AreForgottenWhenTheyWereRefusedUnlessTheyAreNew) {
  const Credentials first = kept_.get(Deadline::never()).value();
  kept_.forget(first);
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(6s);
  Credentials another = first;
  another.session_token = "another's";
  kept_.forget(another);
  EXPECT_EQ(key(), "KEY1");
  kept_.forget(first);
  EXPECT_EQ(key(), "KEY2");
  clock_.advance(6s);
  kept_.forget(first);  // newer ones are already there
  EXPECT_EQ(key(), "KEY2");
}

TEST_F(RefreshingCredentialsTest, AreAskedForOnceHoweverManyWait) {
  constexpr int kThreads = 16;
  fakes::Latch started(kThreads);
  origin_->during = [&] { started.wait(); };
  std::vector<std::string> got(kThreads);
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        started.count_down();
        got[static_cast<std::size_t>(thread)] = key();
      });
    }
  }
  EXPECT_EQ(got, std::vector<std::string>(kThreads, "KEY1"));
  EXPECT_EQ(origin_->fetches, 1);
}

TEST_F(RefreshingCredentialsTest, AFailureIsToldToAllWhoWaitedForIt) {
  fakes::Latch asking(1);
  fakes::Latch fail(1);
  origin_->error = Error{Fault::Retry, "no answer"};
  origin_->during = [&] {
    if (origin_->fetches > 1) return;  // the second thread came late and asked for itself
    asking.count_down();
    fail.wait();
  };
  std::jthread first([&] { EXPECT_EQ(key(), "numbered: no answer"); });
  asking.wait();
  std::jthread second([&] { EXPECT_EQ(key(), "numbered: no answer"); });
  fail.count_down();
}

TEST_F(RefreshingCredentialsTest, HoldNoOneUpWhoHasValidOnes) {
  EXPECT_EQ(key(), "KEY1");
  clock_.advance(56min);
  fakes::Latch asking(1);
  fakes::Latch land(1);
  origin_->during = [&] {
    asking.count_down();
    land.wait();
  };
  std::jthread renews([&] { EXPECT_EQ(key(), "KEY2"); });
  asking.wait();
  EXPECT_EQ(key(), "KEY1");
  land.count_down();
}

TEST_F(RefreshingCredentialsTest, AreNotWaitedForBeyondTheDeadline) {
  fakes::Latch asking(1);
  fakes::Latch land(1);
  origin_->during = [&] {
    asking.count_down();
    land.wait();
  };
  std::jthread first([&] { EXPECT_EQ(key(), "KEY1"); });
  asking.wait();
  const Result<Credentials> got = kept_.get(Deadline{clock_.steady()});
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry);
  land.count_down();
}

}  // namespace
}  // namespace headgate::aws
