// Log groups as folders and log streams as files: CloudWatch Logs in local mode.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "local/append_files.h"
#include "ports/clock.h"
#include "ports/log_sink.h"

namespace headgate::local {

// Any thread; one process. A stream is <root>/<group>/<stream>.ndjson, both names percent-encoded
// (encode_file_name), an event is a line {"timestamp":<ms>,"message":"..."}. The lines of a batch are
// appended by one write and synced before put_events() answers. A batch that a full disk refuses leaves
// nothing; one that a crash tears may leave its first events, and they are repeated when it is put again.
//
// Events of any age are kept, so nothing is rejected, unless the limits of age are set: then as CloudWatch.
class FileLogSink : public LogSink {
 public:
  struct Options {
    Syncing syncing = Syncing::Yes;
    std::optional<std::chrono::milliseconds> too_old_after;  // CloudWatch: 14 days
    std::optional<std::chrono::milliseconds> too_new_after;  // CloudWatch: 2 hours
  };
  // `clock` and `files` outlive this; sinks may share `files`.
  FileLogSink(Clock& clock, AppendFiles& files, std::string root, Options options);

  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline deadline) override;
  Result<> create_group(const LogGroup& group, Deadline deadline) override;
  Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) override;

 private:
  std::string folder_of(const LogGroup& group) const;
  std::string file_of(const LogGroup& group, const LogStream& stream) const;
  RejectedEvents rejected(std::span<const LogEvent> events) const;

  Clock& clock_;
  AppendFiles& files_;
  const std::string root_;
  const Options options_;
};

}  // namespace headgate::local
