#include "model/put_log_events.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "model/text/json_escape.h"

namespace headgate {
namespace {

constexpr std::string_view kEventStart = R"({"timestamp":)";
constexpr std::string_view kNextEvent = R"("},{"timestamp":)";
constexpr std::string_view kMessage = R"(,"message":")";
constexpr std::size_t kDigitsMax = 20;  // of an int64, with its sign

char* copy(std::string_view text, char* into) {
  std::memcpy(into, text.data(), text.size());
  return into + text.size();
}

}  // namespace

char* PutLogEventsBody::room_for(std::size_t bytes) {
  if (capacity_ - bytes_ < bytes) {
    const std::size_t capacity = std::max(bytes_ + bytes, 2 * capacity_);
    if (capacity <= kHeapBytesMax) {
      auto grown = std::make_unique_for_overwrite<char[]>(capacity);
      std::copy_n(buffer_, bytes_, grown.get());
      heap_ = std::move(grown);
      buffer_ = heap_.get();
      capacity_ = capacity;
    } else {
      Pages grown(std::max(capacity, kLargestBytes));
      std::copy_n(buffer_, bytes_, grown.data());
      pages_ = std::move(grown);
      heap_.reset();
      buffer_ = pages_.data();
      capacity_ = pages_.size();
    }
  }
  return buffer_ + bytes_;
}

void PutLogEventsBody::put(std::string_view text) {
  copy(text, room_for(text.size()));
  bytes_ += text.size();
}

void PutLogEventsBody::put_string(std::string_view text) {
  put("\"");
  char* const into = room_for(escaped_bytes_max(text.size()));
  bytes_ += static_cast<std::size_t>(escape_json(text, into).end - into);
  put("\"");
}

void PutLogEventsBody::start(const LogGroup& group, const LogStream& stream) {
  bytes_ = 0;
  has_events_ = false;
  put(R"({"logGroupName":)");
  put_string(group.view());
  put(R"(,"logStreamName":)");
  put_string(stream.view());
  put(R"(,"logEvents":[)");
}

bool PutLogEventsBody::add(std::int64_t at_ms, std::string_view message) {
  constexpr std::size_t kAround = kNextEvent.size() + kDigitsMax + kMessage.size();
  char* const start = room_for(kAround + escaped_bytes_max(message.size()));
  char* into = copy(has_events_ ? kNextEvent : kEventStart, start);
  into = std::to_chars(into, into + kDigitsMax, at_ms).ptr;
  into = copy(kMessage, into);
  const Escaped escaped = escape_json(message, into);
  bytes_ += static_cast<std::size_t>(escaped.end - start);
  has_events_ = true;
  return escaped.was_utf8;
}

std::string_view PutLogEventsBody::finish() {
  put(has_events_ ? R"("}]})" : "]}");
  return {buffer_, bytes_};
}

}  // namespace headgate
