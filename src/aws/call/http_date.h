// Dates in HTTP headers, such as Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, 5.6.7).
// Tests: src/aws/call/service_client_test.cc
#pragma once

#include <optional>
#include <string_view>

#include "model/time/timestamp.h"

namespace headgate::aws {

// Reads the only form that servers still send (IMF-fixdate); none for any other. The day of the week is not
// checked.
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace headgate::aws
