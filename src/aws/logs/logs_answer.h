// Parses answers to PutLogEvents.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
// Tests: src/aws/logs/logs_sink_test.cc
#pragma once

#include <string_view>

#include "base/result.h"
#include "ports/log_sink.h"

namespace headgate::aws {

// The rejected events of a call with `count` events; no index is larger than `count`. Fault::Retry if `body`
// is not a JSON object.
Result<RejectedEvents> read_rejected_events(std::string_view body, std::size_t count);

}  // namespace headgate::aws
