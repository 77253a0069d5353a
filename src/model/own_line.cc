#include "model/own_line.h"

#include "base/utf8.h"
#include "model/json_string.h"

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
  const JsonString message = read_json_string(line.data() + kMessageAt, end, scratch_for(line));
  if (message.after == nullptr || static_cast<std::size_t>(end - message.after) < kAfterFrame) return false;
  const std::string_view written(line.data() + kMessageAt,
                                 static_cast<std::size_t>(message.after - 1 - line.data()) - kMessageAt);
  if (message.has_high_bytes && !is_utf8(written)) return false;

  const std::string_view behind(message.after, static_cast<std::size_t>(end - message.after));
  const Frame* const frame = frame_of(behind.substr(0, behind.size() - kAfterFrame));
  if (frame == nullptr) return false;
  record.at = parse_rfc3339(time);
  record.ingested_at = parse_rfc3339(behind.substr(behind.size() - kAfterFrame, kRfc3339Bytes));
  if (!record.at.has_value() || !record.ingested_at.has_value()) return false;
  record.message = message.text;
  record.stream = frame->stream;
  record.application = frame->application;
  record.pod_name = frame->pod_name;
  record.container_name = frame->container_name;
  return true;
}

// The line is sound JSON, so a text that is cut without rest holds these members and nothing else.
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

void OwnLine::learn(std::string_view line) {
  if (line.size() < kMessageAt + kAfterFrame || !line.starts_with(kBeforeTime)) return;
  if (!line.substr(kBeforeTime.size() + kRfc3339Bytes).starts_with(kBeforeMessage)) return;
  const char* const end = line.data() + line.size();
  const JsonString message = read_json_string(line.data() + kMessageAt, end, scratch_for(line));
  if (message.after == nullptr) return;
  const std::string_view behind(message.after, static_cast<std::size_t>(end - message.after));
  if (behind.size() < kAfterFrame || behind.size() - kAfterFrame > kFrameBytesMax) return;
  const std::string_view text = behind.substr(0, behind.size() - kAfterFrame);
  Frame views;
  if (!is_utf8(text) || frame_of(text) != nullptr || !cut(text, views)) return;
  Frame& frame = frames_[next_];
  frame.text = text;
  cut(frame.text, frame);
  next_ = (next_ + 1) % kFrames;
}

char* OwnLine::scratch_for(std::string_view line) {
  if (scratch_bytes_ < line.size() + kJsonStringSlack) {
    scratch_bytes_ = 2 * (line.size() + kJsonStringSlack);
    scratch_ = std::make_unique<char[]>(scratch_bytes_);
  }
  return scratch_.get();
}

}  // namespace headgate
