// Parses names of queues: URLs and ARNs.
// https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
// Tests: src/aws/sqs/sqs_queue_test.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headgate::aws {

bool is_queue_url(std::string_view text);

// The region in a URL of AWS's own, in each of its forms: sqs.REGION.amazonaws.com, sqs-fips.REGION.…,
// sqs.REGION.api.aws, REGION.queue.amazonaws.com, and queue.amazonaws.com, which is us-east-1. Empty for
// other URLs.
std::string region_of_queue_url(std::string_view url);

struct QueueArn {
  std::string region;
  std::string account;
  std::string name;
};
std::optional<QueueArn> parse_queue_arn(std::string_view text);

}  // namespace headgate::aws
