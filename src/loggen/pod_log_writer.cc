#include "loggen/pod_log_writer.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace headgate::loggen {
namespace {

// A container's share of the buffers: large enough that a write() costs little beside its lines, small enough
// to stay in the processor's cache when the containers are few.
constexpr std::size_t kBufferBytesMin = 2 * 1024;
constexpr std::size_t kBufferBytesMax = 64 * 1024;
constexpr std::uint32_t kRestartsMax = 100'000;

}  // namespace

PodLogWriter::PodLogWriter(Disk& disk, PodLogOptions options, std::size_t containers)
    : disk_(&disk),
      options_(std::move(options)),
      buffer_bytes_(std::clamp(kPodLogBufferBytes / std::max<std::size_t>(containers, 1), kBufferBytesMin,
                               kBufferBytesMax)) {
  logs_.reserve(containers);
}

Result<PodLogWriter> PodLogWriter::open(Disk& disk, const Fleet& fleet, PodLogOptions options) {
  if (options.rotation.files < 2) return Error{Fault::Invalid, "rotate-keep: must be at least 2"};
  PodLogWriter writer(disk, std::move(options), fleet.containers.size());
  for (const Container& container : fleet.containers) {
    std::string directory = path_in(
        path_in(writer.options_.directory, directory_of(fleet.pods[container.pod])), container.name.str());
    writer.logs_.push_back(TRY_IN("output", open_log(disk, std::move(directory))));
  }
  return writer;
}

Result<PodLogWriter::ContainerLog> PodLogWriter::open_log(Disk& disk, std::string directory) {
  TRY(disk.make_directories(directory));
  const std::vector<DirectoryEntry> entries = TRY(disk.list(directory));
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const DirectoryEntry& entry) { return entry.name == name; });
  };
  for (std::uint32_t restarts = 0; restarts < kRestartsMax; ++restarts) {
    std::string name = std::to_string(restarts) + ".log";
    if (is_taken(name)) continue;
    ContainerLog log;
    log.file = TRY(disk.create(path_in(directory, name)));
    log.directory = std::move(directory);
    log.name = std::move(name);
    return log;
  }
  return Error{Fault::Invalid, directory + ": too many logs"};
}

Result<> PodLogWriter::write(const Line& line) {
  ContainerLog& log = logs_[line.container];
  log.at = line.at;
  framer_.append(line, log.buffer);
  return log.buffer.size() < buffer_bytes_ ? Result<>{} : flush(log);
}

Result<> PodLogWriter::flush() {
  for (ContainerLog& log : logs_) TRY(flush(log));
  return {};
}

Result<> PodLogWriter::flush(ContainerLog& log) {
  if (log.buffer.empty()) return {};
  TRY_IN(log.directory, log.file->append(log.buffer));
  bytes_ += log.buffer.size();
  log.bytes += log.buffer.size();
  log.buffer.clear();
  return rotate_if_due(log);
}

// As with kubelet, which looks every ten seconds, a file grows somewhat beyond the limit before it is
// rotated. Never twice in one second: both rotated files would have the same name, and one would be lost.
Result<> PodLogWriter::rotate_if_due(ContainerLog& log) {
  const bool is_due = options_.rotation.bytes > 0 && log.bytes >= options_.rotation.bytes;
  if (!is_due || log.at.seconds() <= log.rotated_second) return {};
  log.file.reset();
  TRY_IN("rotate", rotate(*disk_, log.directory, log.name, log.at, options_.rotation.files));
  log.file = TRY_IN("rotate", disk_->create(path_in(log.directory, log.name)));
  log.bytes = 0;
  log.rotated_second = log.at.seconds();
  ++rotations_;
  return {};
}

}  // namespace headgate::loggen
