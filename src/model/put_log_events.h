// The body of a PutLogEvents call, written event by event: every delivered line passes here once.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "model/names.h"

namespace headgate {

// One thread. Keeps its memory between bodies: at most six times the longest batch (a control byte is six in
// JSON), and only as much of it is touched as is written. The batch's own limits (ports/log_sink.h) are the
// caller's to keep.
class PutLogEventsBody {
 public:
  // Forgets what was written and begins anew.
  void start(const LogGroup& group, const LogStream& stream);
  // In order of time. False when the message was not UTF-8: what was not became U+FFFD.
  bool add(std::int64_t at_ms, std::string_view message);
  // Ends it. Valid until the next start(); nothing may be added.
  std::string_view finish();

 private:
  char* room_for(std::size_t bytes);
  void put(std::string_view text);
  void put_string(std::string_view text);

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t bytes_ = 0;
  bool has_events_ = false;
};

}  // namespace headgate
