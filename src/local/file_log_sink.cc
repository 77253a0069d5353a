#include "local/file_log_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/pages.h"
#include "local/object_path.h"
#include "model/text/json_escape.h"

namespace headgate::local {
namespace {

Result<> check_names(const LogGroup& group, const LogStream* stream) {
  if (group.empty()) return Error{Fault::Invalid, "log group: the name is empty"};
  if (stream != nullptr && stream->empty()) return Error{Fault::Invalid, "log stream: the name is empty"};
  return {};
}

Result<> check_deadline(const Clock& clock, Deadline deadline) {
  if (deadline.passed(clock.steady())) return Error{Fault::Retry, "deadline passed"};
  return {};
}

// Memory for the largest possible number of control bytes. Only the part that is written is touched.
struct Lines {
  Pages memory;
  std::size_t bytes = 0;
};

// Writes the events as lines of JSON. Fault::Invalid if a message is not UTF-8, because nothing may be
// replaced silently here.
Result<Lines> lines_of(std::span<const LogEvent> events) {
  constexpr std::string_view kTimestamp = R"({"timestamp":)";
  constexpr std::string_view kMessage = R"(,"message":")";
  constexpr std::string_view kEnd = "\"}\n";
  constexpr std::size_t kDigitsMax = 20;  // of an int64 with its sign
  constexpr std::size_t kAround = kTimestamp.size() + kDigitsMax + kMessage.size() + kEnd.size();
  std::size_t bytes_max = 1;
  for (const LogEvent& event : events) bytes_max += kAround + escaped_bytes_max(event.message.size());
  Lines lines{.memory = Pages(bytes_max)};
  char* into = lines.memory.data();
  const auto put = [&into](std::string_view text) { into = std::copy(text.begin(), text.end(), into); };
  for (std::size_t i = 0; i < events.size(); ++i) {
    put(kTimestamp);
    into = fmt::format_to(into, "{}", events[i].at_ms);
    put(kMessage);
    const Escaped escaped = escape_json(events[i].message, into);
    if (!escaped.was_utf8) return Error{Fault::Invalid, fmt::format("event {}: message: not UTF-8", i)};
    into = escaped.end;
    put(kEnd);
  }
  lines.bytes = static_cast<std::size_t>(into - lines.memory.data());
  return lines;
}

}  // namespace

FileLogSink::FileLogSink(Clock& clock, AppendFiles& files, std::string root, Options options)
    : clock_(clock), files_(files), root_(std::move(root)), options_(options) {}

Result<RejectedEvents> FileLogSink::put_events(const LogGroup& group, const LogStream& stream,
                                               std::span<const LogEvent> events, Deadline deadline) {
  TRY(check_deadline(clock_, deadline));
  TRY(check_names(group, &stream));
  TRY(check_log_batch(events));
  const RejectedEvents refused = rejected(events);
  const std::size_t first = refused.too_old_until.value_or(0);
  const std::size_t end = std::max(first, refused.too_new_from.value_or(events.size()));
  Lines lines = TRY(lines_of(events.subspan(first, end - first)));
  TRY_IN("log stream",
         files_.append(file_of(group, stream), {lines.memory.data(), lines.bytes}, options_.syncing));
  return refused;
}

RejectedEvents FileLogSink::rejected(std::span<const LogEvent> events) const {
  const std::int64_t now_ms = clock_.now().milliseconds();
  const auto index_of = [&](auto found) { return static_cast<std::size_t>(found - events.begin()); };
  RejectedEvents refused;
  if (options_.too_old_after.has_value()) {
    const std::int64_t oldest_ms = now_ms - options_.too_old_after->count();
    const auto kept = std::find_if(events.begin(), events.end(),
                                   [&](const LogEvent& event) { return event.at_ms >= oldest_ms; });
    if (kept != events.begin()) refused.too_old_until = index_of(kept);
  }
  if (options_.too_new_after.has_value()) {
    const std::int64_t newest_ms = now_ms + options_.too_new_after->count();
    const auto refused_from = std::find_if(events.begin(), events.end(),
                                           [&](const LogEvent& event) { return event.at_ms > newest_ms; });
    if (refused_from != events.end()) refused.too_new_from = index_of(refused_from);
  }
  return refused;
}

Result<> FileLogSink::create_group(const LogGroup& group, Deadline deadline) {
  TRY(check_deadline(clock_, deadline));
  TRY(check_names(group, nullptr));
  return make_directories(folder_of(group), Syncing::Yes);
}

Result<> FileLogSink::create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) {
  TRY(check_deadline(clock_, deadline));
  TRY(check_names(group, &stream));
  TRY(open_file(file_of(group, stream), O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY));
  return sync_directory(folder_of(group));
}

std::string FileLogSink::folder_of(const LogGroup& group) const {
  return root_ + '/' + encode_file_name(group.view());
}

std::string FileLogSink::file_of(const LogGroup& group, const LogStream& stream) const {
  return folder_of(group) + '/' + encode_file_name(stream.view()) + ".ndjson";
}

}  // namespace headgate::local
