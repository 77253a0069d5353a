// Whatever bytes S3, SNS, SQS or DynamoDB answer to `headgate check`, they are read or refused, within
// limits.
#include "aws/inspect/inspection.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate::aws;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)read_queue_facts(input).ok();
  const auto rules = read_lifecycle(input);
  if (rules.ok()) CHECK(rules->size() <= 1000);
  const auto facts = read_notifications(input);
  if (facts.ok()) CHECK(facts->topics.size() + facts->queues.size() + facts->functions.size() <= 1000);
  (void)read_subscriptions(input).ok();
  const auto table = read_table(input);
  if (table.ok()) CHECK(table->key.size() <= 2);
  (void)read_expiry(input).ok();
  return 0;
}
