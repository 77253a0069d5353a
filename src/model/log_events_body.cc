#include "model/log_events_body.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "model/json_escape.h"

namespace headgate {
namespace {

constexpr std::size_t kFirstBytes = 256U << 10U;
constexpr std::size_t kAroundMessage = 64;  // ,{"timestamp":-9223372036854775808,"message":""}

}  // namespace

char* LogEventsBody::room_for(std::size_t bytes) {
  if (size_ + bytes > capacity_) [[unlikely]] {
    const std::size_t capacity = std::max({kFirstBytes, size_ + bytes, capacity_ + capacity_ / 2});
    auto larger = std::unique_ptr<char[]>(new char[capacity]);  // not zeroed: most of it is never touched
    if (size_ > 0) std::memcpy(larger.get(), buffer_.get(), size_);
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }
  return buffer_.get() + size_;
}

void LogEventsBody::append(std::string_view text) {
  std::memcpy(room_for(text.size()), text.data(), text.size());
  size_ += text.size();
}

void LogEventsBody::append_escaped(std::string_view text) {
  char* const into = room_for(escaped_bytes_max(text.size()));
  size_ += static_cast<std::size_t>(escape_json(text, into).end - into);
}

void LogEventsBody::begin(std::string_view group, std::string_view stream) {
  size_ = 0;
  is_first_ = true;
  append(R"({"logGroupName":")");
  append_escaped(group);
  append(R"(","logStreamName":")");
  append_escaped(stream);
  append(R"(","logEvents":[)");
}

void LogEventsBody::add(std::int64_t at_ms, std::string_view message) {
  constexpr std::string_view kBefore = R"(,{"timestamp":)";
  constexpr std::string_view kBetween = R"(,"message":")";
  char* const begin = room_for(kAroundMessage + escaped_bytes_max(message.size()));
  const std::string_view before = kBefore.substr(is_first_ ? 1 : 0);
  is_first_ = false;
  std::memcpy(begin, before.data(), before.size());
  char* at = begin + before.size();
  at = std::to_chars(at, at + 20, at_ms).ptr;
  std::memcpy(at, kBetween.data(), kBetween.size());
  at = escape_json(message, at + kBetween.size()).end;
  *at++ = '"';
  *at++ = '}';
  size_ += static_cast<std::size_t>(at - begin);
}

std::string_view LogEventsBody::finish() {
  append("]}");
  return {buffer_.get(), size_};
}

}  // namespace headgate
