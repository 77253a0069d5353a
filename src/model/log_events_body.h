// The body of a PutLogEvents request: {"logGroupName":"…","logStreamName":"…","logEvents":[{"timestamp":1,
// "message":"…"},…]}.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace headgate {

// One thread. Keeps its buffer from body to body: as long as the longest one, at most about six times its
// messages.
class LogEventsBody {
 public:
  void begin(std::string_view group, std::string_view stream);
  // Escapes and damaged UTF-8: model/json_escape.h.
  void add(std::int64_t at_ms, std::string_view message);
  // The whole body; lives until the next begin().
  std::string_view finish();

 private:
  char* room_for(std::size_t bytes);
  void append(std::string_view text);
  void append_escaped(std::string_view text);

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  bool is_first_ = true;
};

}  // namespace headgate
