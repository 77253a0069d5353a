// A request to a metadata service on this machine or its link: that of EC2 or of a container.
// Tests: src/aws/credentials/default_credentials_test.cc
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

constexpr std::chrono::seconds kMetadataAttemptMax{2};  // the service is near, so a slow answer means that it
                                                        // is not there
constexpr int kMetadataAttemptsMax = 3;

// Returns the body of a 200. Fault::NotFound for 404; Fault::Denied for other 4xx except 429. Other failures
// are repeated after a second, and are Fault::Retry if they last. Errors begin with `name` and repeat nothing
// of the body.
Result<std::string> ask_metadata(const MetadataDeps& deps, std::string_view name,
                                 const net::HttpRequest& request, Deadline deadline);

}  // namespace headgate::aws
