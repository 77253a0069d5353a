#include "model/record.h"

#include <charconv>
#include <cstring>

#include "base/check.h"
#include "model/text/base64.h"
#include "model/text/json_escape.h"
#include "model/text/json_text.h"

namespace headgate {
namespace {

constexpr std::string_view kBeforeTime = R"({"timestamp":")";
constexpr std::string_view kBeforeMessage = R"(","message":")";
constexpr std::string_view kBeforeBytes = R"(,"message_base64":")";
constexpr std::string_view kBeforePart = R"(,"part":)";
constexpr std::string_view kLastPart = R"(,"last_part":true)";
constexpr std::string_view kNotLastPart = R"(,"last_part":false)";
constexpr std::string_view kDamaged = R"(,"parse_error":"not CRI")";
constexpr std::string_view kTimeIgnored = R"(,"message_time_ignored":true)";
constexpr std::string_view kStdout = R"(,"stream":"stdout")";
constexpr std::string_view kStderr = R"(,"stream":"stderr")";
constexpr std::string_view kEnd = "\"}\n";
constexpr std::size_t kPartDigitsMax = 10;
// Namespace, application, pod and container: file names and labels of at most 255 bytes, escaped.
constexpr std::size_t kNamesBytesMax = 64U << 10U;

constexpr std::size_t kFixedBytesMax = kBeforeTime.size() + kRfc3339Bytes + kBeforeMessage.size() + 1 +
                                       kBeforeBytes.size() + 1 + kBeforePart.size() + kPartDigitsMax +
                                       kNotLastPart.size() + kDamaged.size() + kTimeIgnored.size() +
                                       kStdout.size() + kRfc3339Bytes + kEnd.size();

static_assert(kFixedBytesMax + escaped_bytes_max(kRecordMessageBytesMax) +
                      base64_bytes(kRecordMessageBytesMax) + kNamesBytesMax <=
                  kRecordLineBytesMax,
              "a record that we write must be one that we read");

static_assert(RecordFrame::kMessageAt == kBeforeTime.size() + kRfc3339Bytes + kBeforeMessage.size());

char* write(std::string_view text, char* into) {
  std::memcpy(into, text.data(), text.size());
  return into + text.size();
}

char* write_part(const Record& record, char* into) {
  into = write(kBeforePart, into);
  into = std::to_chars(into, into + kPartDigitsMax, record.part).ptr;
  return write(record.is_last_part ? kLastPart : kNotLastPart, into);
}

}  // namespace

std::string_view name_of(Stream stream) {
  switch (stream) {
    case Stream::Stdout:
      return "stdout";
    case Stream::Stderr:
      return "stderr";
  }
  CHECK(false);
}

RecordFrame::RecordFrame(const Source& source) {
  const auto add = [this](std::string_view before, std::string_view value) {
    after_stream_ += before;
    append_json_string(after_stream_, value);
  };
  add(R"(,"namespace":)", source.namespace_name);
  add(R"(,"application":)", source.application);
  add(R"(,"pod_name":)", source.pod_name);
  add(R"(,"container_name":)", source.container_name);
  after_stream_ += R"(,"ingest_timestamp":")";
}

std::size_t RecordFrame::bytes_max(std::size_t message_bytes) const {
  return kFixedBytesMax + escaped_bytes_max(message_bytes) + base64_bytes(message_bytes) +
         after_stream_.size();
}

char* RecordFrame::encode(const Record& record, char* into) const {
  into = write(kBeforeTime, into);
  const char* const time = into;
  format_rfc3339(record.at, into);
  into = write(kBeforeMessage, into + kRfc3339Bytes);
  const Escaped escaped = escape_json(record.message, into);
  into = escaped.end;
  *into++ = '"';
  if (!escaped.was_utf8) [[unlikely]] {
    into = write(kBeforeBytes, into);
    into = encode_base64(record.message, into);
    *into++ = '"';
  }
  if (record.part != 0) [[unlikely]]
    into = write_part(record, into);
  if (record.is_damaged) [[unlikely]]
    into = write(kDamaged, into);
  if (record.is_time_ignored) [[unlikely]]
    into = write(kTimeIgnored, into);
  into = write(record.stream == Stream::Stdout ? kStdout : kStderr, into);
  into = write(after_stream_, into);
  if (record.ingested_at == record.at) {  // a line without a time of its own
    into = write(std::string_view(time, kRfc3339Bytes), into);
  } else {
    format_rfc3339_beside(record.at, time, record.ingested_at, into);
    into += kRfc3339Bytes;
  }
  return write(kEnd, into);
}

}  // namespace headgate
