// CloudWatch Logs in local mode: log groups are folders, and log streams are files.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "local/append_files.h"
#include "ports/clock.h"
#include "ports/log_sink.h"

namespace headgate::local {

// Thread-safe; for one process. A stream is <root>/<group>/<stream>.ndjson, with both names percent-encoded
// (encode_file_name). An event is a line {"timestamp":<ms>,"message":"..."}. The lines of one put_events()
// are appended by one write and synced before it returns. If the disk is full, none of them stays. After a
// crash the first of them may stay, and are repeated when they are put again.
//
// Events of any age are kept, and nothing is rejected, unless limits of age are set, as CloudWatch has them.
class FileLogSink : public LogSink {
 public:
  struct Options {
    Syncing syncing = Syncing::Yes;
    std::optional<std::chrono::milliseconds> too_old_after;  // CloudWatch: 14 days
    std::optional<std::chrono::milliseconds> too_new_after;  // CloudWatch: 2 hours
  };
  // `clock` and `files` must outlive this object; sinks may share `files`.
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
