// One question to a metadata service on the machine or its link: EC2's, a container's.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "net/http_message.h"
#include "net/http_pool.h"
#include "ports/clock.h"

namespace headgate::aws {

struct MetadataDeps {
  Clock& clock;
  net::HttpPool& http;
  std::stop_token stop = {};
};

constexpr std::chrono::seconds kMetadataAttemptMax{2};  // it is near, or it is not there
constexpr int kMetadataAttemptsMax = 3;

// The body of a 200. Denied for 401, 403 and other 4xx but 404 (NotFound) and 429; what may pass is tried
// again after a second and then Retry. `name` stands first in errors; nothing of the body does.
Result<std::string> ask_metadata(const MetadataDeps& deps, std::string_view name,
                                 const net::HttpRequest& request, Deadline deadline);

}  // namespace headgate::aws
