// Sun, 06 Nov 1994 08:49:37 GMT: how HTTP says when (RFC 9110, 5.6.7).
#pragma once

#include <optional>
#include <string_view>

#include "model/time/timestamp.h"

namespace headgate::aws {

// The one form that is written today; none of anything else. The day of the week is not judged.
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace headgate::aws
