#include "cli/checklist.h"

#include <gtest/gtest.h>

#include "config/config_load.h"

namespace headgate::cli {
namespace {

config::Config config_with(std::map<std::string, std::string> flags = {}) {
  return config::load_config({.file = "", .flags = std::move(flags)}, {}).config;
}

std::string all(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) text += shown(finding);
  return text;
}
std::size_t wrong(const Findings& findings) {
  std::size_t count = 0;
  for (const Finding& finding : findings) count += finding.state == Finding::State::Bad ? 1 : 0;
  return count;
}

aws::QueueFacts good_queue() {
  return {.arn = "arn:aws:sqs:eu-west-1:1:q",
          .visibility_seconds = 900,
          .retention_seconds = 14 * 86'400,
          .receives_max = 100,
          .dead_letter_arn = "arn:aws:sqs:eu-west-1:1:dead"};
}

TEST(Checklist, JudgesEachSettingOfAQueueAndGivesTheFix) {
  const config::Config config = config_with();
  const aws::QueueFacts dead = good_queue();
  EXPECT_EQ(wrong(judge_queue(good_queue(), &dead, "https://q", config)), 0U);

  aws::QueueFacts queue = good_queue();
  queue.visibility_seconds = 30;
  EXPECT_NE(all(judge_queue(queue, &dead, "https://q", config)).find(R"({"VisibilityTimeout":"300"})"),
            std::string::npos);
  queue = good_queue();
  queue.receives_max = 3;
  const std::string few = all(judge_queue(queue, &dead, "https://q", config));
  EXPECT_NE(few.find("after 3 tries"), std::string::npos) << few;
  EXPECT_NE(few.find(R"(\"maxReceiveCount\":\"100\")"), std::string::npos) << few;
  queue.receives_max = 0;
  EXPECT_EQ(wrong(judge_queue(queue, nullptr, "https://q", config)), 1U);
  aws::QueueFacts short_dead = good_queue();
  short_dead.retention_seconds = 86'400;
  EXPECT_EQ(wrong(judge_queue(good_queue(), &short_dead, "https://q", config)), 1U);
}

TEST(Checklist, OfNotificationsOneMustTakeOurObjects) {
  const config::Config config = config_with({{"key.template", "logs/{namespace}/{file}"}});
  const auto judged = [&](const aws::NotificationFacts& facts) {
    NotifiedTargets targets;
    const std::size_t count = wrong(judge_notifications(facts, config, targets));
    return std::pair(count, targets.topics.size() + targets.queues.size());
  };
  using Pair = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(judged({}), Pair(1, 0));
  EXPECT_EQ(judged({.topics = {{"t", "", "", true}}}), Pair(0, 1));
  EXPECT_EQ(judged({.topics = {{"t", "logs/", ".gz", true}}}), Pair(0, 1));
  EXPECT_EQ(judged({.queues = {{"q", "", ".json.gz", true}}}), Pair(0, 1));
  EXPECT_EQ(judged({.topics = {{"t", "other/", ".gz", true}}}), Pair(1, 0));
  EXPECT_EQ(judged({.topics = {{"t", "", ".zst", true}}}), Pair(1, 0));
  EXPECT_EQ(judged({.topics = {{"t", "", "", false}}}), Pair(1, 0));
  EXPECT_EQ(judged({.has_event_bridge = true}), Pair(0, 0));
  NotifiedTargets targets;
  const config::Config zstd = config_with({{"collect.codec", "zstd"}});
  EXPECT_EQ(wrong(judge_notifications({.topics = {{"t", "", ".gz", true}}}, zstd, targets)), 1U);
}

TEST(Checklist, ObjectsMustOutliveTheirMessages) {
  const config::Config config = config_with();
  constexpr std::int64_t kTwoWeeks = 14 * 86'400;
  EXPECT_EQ(wrong(judge_lifecycle({}, kTwoWeeks, config)), 0U);
  EXPECT_EQ(wrong(judge_lifecycle({{"", false, 7}}, kTwoWeeks, config)), 1U);
  EXPECT_EQ(wrong(judge_lifecycle({{"", false, 14}}, kTwoWeeks, config)), 0U);
  EXPECT_EQ(wrong(judge_lifecycle({{"", true, 1}}, kTwoWeeks, config)), 0U) << "of some objects only";
}

TEST(Checklist, OfTheTablesKeysIndexAndExpiryAreJudged) {
  const config::Config config = config_with();
  aws::TableFacts ledger{
      .status = "ACTIVE",
      .key = {{"object", "HASH", "S"}, {"delivery", "RANGE", "S"}},
      .indexes = {{"parked", {{"parked_tenant", "HASH", "S"}, {"parked_at", "RANGE", "N"}}}}};
  EXPECT_EQ(wrong(judge_ledger_table(ledger, std::string("expires_at"), config)), 0U);
  EXPECT_EQ(wrong(judge_ledger_table(ledger, std::string(), config)), 1U);
  const Findings unknown = judge_ledger_table(ledger, Error{Fault::Denied, "no"}, config);
  EXPECT_EQ(wrong(unknown), 0U);
  EXPECT_NE(all(unknown).find("? ledger"), std::string::npos);
  ledger.indexes.clear();
  EXPECT_EQ(wrong(judge_ledger_table(ledger, std::string("expires_at"), config)), 1U);
  ledger.key = {{"id", "HASH", "S"}};
  EXPECT_EQ(wrong(judge_ledger_table(ledger, std::string("expires_at"), config)), 2U);
  EXPECT_EQ(wrong(judge_tenants_table({.key = {{"tenant_id", "HASH", "S"}, {"type", "RANGE", "S"}}}, config)),
            0U);
  EXPECT_EQ(wrong(judge_tenants_table(ledger, config)), 1U);
}

}  // namespace
}  // namespace headgate::cli
