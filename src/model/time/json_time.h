// The time that a JSON log line gives itself. Inside src/model only: a part of message_time.
// Tests: src/model/time/message_time_test.cc
#pragma once

#include <optional>
#include <string_view>

#include "model/time/believed_time.h"
#include "model/time/timestamp.h"

namespace headgate {

// `object` begins with `{`. Which keys and which values count: message_time.h. One pass over the top level,
// no further than the first `ts` that is believed; no allocation. Values are skipped, not validated, except
// for their strings, their brackets (which must match, at most 512 deep) and the spelling of literals; keys
// written with escapes are not recognised. Where the text stops being JSON it gives what was found before
// that.
std::optional<Timestamp> json_time(std::string_view object, BelievedTime& believed);

}  // namespace headgate
