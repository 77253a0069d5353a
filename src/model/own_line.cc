#include "model/own_line.h"

#include <algorithm>

#include "base/utf8.h"
#include "model/text/json_string.h"

namespace headgate {
namespace {

constexpr std::string_view kBeforeTime = R"({"timestamp":")";
constexpr std::string_view kBeforeMessage = R"(","message":")";
constexpr std::string_view kEnd = R"("})";
constexpr std::size_t kMessageAt = kBeforeTime.size() + kRfc3339Bytes + kBeforeMessage.size();
constexpr std::size_t kAfterFrame = kRfc3339Bytes + kEnd.size();
constexpr std::size_t kFrameBytesMax = 4096;

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// `"key":"value"` with a value that needs no unescaping.
bool take_member(std::string_view& text, std::string_view before, std::string_view& value) {
  if (!take(text, before)) return false;
  value = text.substr(0, text.find_first_of("\"\\"));
  text.remove_prefix(value.size());
  return text.starts_with('"');
}

}  // namespace

const OwnLine::Frame* OwnLine::frame_of(std::string_view text) {
  if (text.empty()) return nullptr;  // as a frame that is not learnt yet
  if (frames_[last_].text == text) return &frames_[last_];
  for (std::size_t at = 0; at < kFrames; ++at) {
    if (frames_[at].text == text) {
      last_ = at;
      return &frames_[at];
    }
  }
  return nullptr;
}

bool OwnLine::read(std::string_view line, ReadRecord& record) {
  if (line.size() < kMessageAt + kAfterFrame || !line.starts_with(kBeforeTime) || !line.ends_with(kEnd))
    return false;
  const std::string_view time = line.substr(kBeforeTime.size(), kRfc3339Bytes);
  if (!line.substr(kBeforeTime.size() + kRfc3339Bytes).starts_with(kBeforeMessage)) return false;

  const char* const end = line.data() + line.size();
  char* const scratch = scratch_.room_for(line.size() + kJsonStringSlack);
  const JsonString message = read_json_string(line.data() + kMessageAt, end, scratch);
  if (message.after == nullptr || static_cast<std::size_t>(end - message.after) < kAfterFrame) return false;
  const std::string_view written(line.data() + kMessageAt,
                                 static_cast<std::size_t>(message.after - 1 - line.data()) - kMessageAt);
  if (message.has_high_bytes && !is_utf8(written)) return false;

  const std::string_view behind(message.after, static_cast<std::size_t>(end - message.after));
  const std::string_view text = behind.substr(0, behind.size() - kAfterFrame);
  const Frame* frame = frame_of(text);
  record.at = parse_rfc3339(time);
  record.ingested_at = parse_rfc3339(behind.substr(behind.size() - kAfterFrame, kRfc3339Bytes));
  if (!record.at.has_value() || !record.ingested_at.has_value()) return false;
  if (frame == nullptr) frame = learn(text);
  if (frame == nullptr) return false;
  record.message = message.text;
  record.stream = frame->stream;
  record.application = frame->application;
  record.pod_name = frame->pod_name;
  record.container_name = frame->container_name;
  return true;
}

// A text that is cut without rest, and is sound, holds these members and nothing else.
bool OwnLine::cut(std::string_view text, Frame& frame) {
  std::string_view namespace_name;
  // Of a container whose clock is wrong, every line has it.
  (void)take(text, R"(,"message_time_ignored":true)");
  return take_member(text, R"(,"stream":")", frame.stream) &&
         take_member(text, R"(","namespace":")", namespace_name) &&
         take_member(text, R"(","application":")", frame.application) &&
         take_member(text, R"(","pod_name":")", frame.pod_name) &&
         take_member(text, R"(","container_name":")", frame.container_name) &&
         text == R"(","ingest_timestamp":")";
}

// What stands between the message and the last time of a line that is ours but for a frame that is not known.
const OwnLine::Frame* OwnLine::learn(std::string_view text) {
  Frame views;
  if (text.size() > kFrameBytesMax || !cut(text, views)) return nullptr;
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20; };
  if (std::any_of(text.begin(), text.end(), is_control) || !is_utf8(text)) return nullptr;
  last_ = next_;
  Frame& frame = frames_[next_];
  frame.text = text;
  cut(frame.text, frame);
  next_ = (next_ + 1) % kFrames;
  return &frame;
}

}  // namespace headgate
