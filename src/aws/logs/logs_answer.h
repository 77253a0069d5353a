// What PutLogEvents answers.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
#pragma once

#include <string_view>

#include "base/result.h"
#include "ports/log_sink.h"

namespace headgate::aws {

// Of a batch of `count` events: no index is beyond it. Retry when it is no JSON object.
Result<RejectedEvents> read_rejected_events(std::string_view body, std::size_t count);

}  // namespace headgate::aws
