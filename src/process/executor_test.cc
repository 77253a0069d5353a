// Which job starts when one is to be done alone.
#include "process/executor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace headgate::process {
namespace {

using std::chrono::seconds;

class Jobs : public testing::Test {
 protected:
  static Executor::Job job(const std::string& tenant) {
    return {.task = {}, .tenant = TenantId(tenant), .limits = {}, .done = {}};
  }
  void add(std::initializer_list<const char*> tenants) {
    for (const char* tenant : tenants) queue_.add(job(tenant));
  }
  // The tenant of the job that starts now, and "!" if it is done alone; empty: none starts.
  std::string start() {
    std::optional<Executor::Job> next = queue_.next(now_);
    if (!next) return "";
    const std::string name = next->tenant.str() + (next->is_alone ? "!" : "");
    running_.emplace(name, *std::move(next));
    return name;
  }
  void end(const std::string& name) { queue_.done(running_.extract(name).mapped(), Health::Good, now_); }
  void do_alone(const std::string& name) { queue_.do_alone(running_.extract(name).mapped(), now_); }

  SteadyTime now_ = SteadyTime{} + std::chrono::hours{1};
  JobQueue queue_{8};
  std::map<std::string, Executor::Job> running_;
};

TEST_F(Jobs, ALoneJobStartsAfterAllOthersAndBeforeAnyNew) {
  add({"a", "b", "c", "d"});
  EXPECT_EQ(start(), "a");
  EXPECT_EQ(start(), "b");
  EXPECT_FALSE(queue_.is_timed());
  do_alone("a");
  EXPECT_TRUE(queue_.is_timed());
  EXPECT_EQ(start(), "") << "b is under way";
  end("b");
  EXPECT_EQ(start(), "a!");
  EXPECT_EQ(start(), "") << "a is alone";
  end("a!");
  EXPECT_EQ(start(), "c");
  EXPECT_EQ(start(), "d");
  EXPECT_FALSE(queue_.is_timed());
}

TEST_F(Jobs, AHangingJobDelaysALoneOneForAMinuteAtMost) {
  add({"a", "b", "c"});
  EXPECT_EQ(start(), "a");
  EXPECT_EQ(start(), "b");
  do_alone("a");
  now_ += JobQueue::kDrainMax - seconds{1};
  EXPECT_EQ(start(), "");
  now_ += seconds{1};
  EXPECT_EQ(start(), "a!");
}

TEST_F(Jobs, AJobThatHangsAloneKeepsTheOthersForAMinuteAtMost) {
  add({"a", "b", "c"});
  EXPECT_EQ(start(), "a");
  do_alone("a");
  EXPECT_EQ(start(), "a!");
  now_ += JobQueue::kAloneMax - seconds{1};
  EXPECT_EQ(start(), "");
  now_ += seconds{1};
  EXPECT_EQ(start(), "b");
  do_alone("b");
  EXPECT_EQ(start(), "c") << "only one at a time is done alone";
  now_ += std::chrono::hours{1};
  EXPECT_EQ(start(), "");
  end("a!");
  EXPECT_EQ(start(), "") << "the others have as much time as it took";
}

TEST_F(Jobs, OthersGetAsMuchTimeAsTheLoneJobTook) {
  add({"a", "b", "c", "d"});
  EXPECT_EQ(start(), "a");
  EXPECT_EQ(start(), "b");
  do_alone("a");
  do_alone("b");
  EXPECT_EQ(start(), "a!");
  now_ += seconds{10};
  end("a!");
  EXPECT_EQ(start(), "c");
  now_ += seconds{9};
  EXPECT_EQ(start(), "d");
  now_ += seconds{1};
  EXPECT_EQ(start(), "") << "c and d are under way";
  end("c");
  end("d");
  EXPECT_EQ(start(), "b!");
}

TEST_F(Jobs, GivesBackAlsoThoseThatWaitToBeDoneAlone) {
  add({"a", "b"});
  EXPECT_EQ(start(), "a");
  do_alone("a");
  const std::vector<Executor::Job> given_back = queue_.clear();
  EXPECT_EQ(given_back.size(), 2U);
  EXPECT_EQ(start(), "");
  EXPECT_FALSE(queue_.is_timed());
}

}  // namespace
}  // namespace headgate::process
