#include "loggen/rotation.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "model/compression/compressed_writer.h"

namespace headgate::loggen {
namespace {

constexpr std::string_view kCompressedSuffix = ".gz";
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr std::size_t kCopyBytes = 64 * 1024;

// To <path>.gz by way of <path>.tmp, so that no reader takes a half-written archive for a whole one.
Result<> compress(Disk& disk, const std::string& path) {
  const std::string temporary = path + std::string(kTemporarySuffix);
  {
    const std::unique_ptr<ReadableFile> from = TRY(disk.open(path));
    const std::unique_ptr<WritableFile> into = TRY(disk.create(temporary));
    CompressedWriter writer(*into, {.codec = Codec::Gzip, .level = 1});
    std::vector<char> buffer(kCopyBytes);
    for (std::uint64_t offset = 0;;) {
      const std::size_t taken = TRY(from->read_at(offset, buffer));
      if (taken == 0) break;
      TRY(writer.write({buffer.data(), taken}));
      offset += taken;
    }
    TRY(writer.end_member());
  }
  TRY(disk.rename(temporary, path + std::string(kCompressedSuffix)));
  return disk.remove(path);
}

}  // namespace

std::string path_in(const std::string& directory, const std::string& name) {
  return directory + "/" + name;
}

std::string rotated_name(const std::string& file, Timestamp at) {
  return file + "." + to_key_time(at);
}

RotationPlan plan_rotation(const std::string& file, const std::vector<std::string>& names,
                           std::size_t files) {
  RotationPlan plan;
  std::vector<std::string> kept;
  const std::string start = file + ".";
  for (const std::string& name : names) {
    if (!name.starts_with(start)) continue;
    const bool is_done =
        std::find(names.begin(), names.end(), name + std::string(kCompressedSuffix)) != names.end();
    (name.ends_with(kTemporarySuffix) || is_done ? plan.removed : kept).push_back(name);
  }
  std::sort(kept.begin(), kept.end());  // by time, which the name gives
  // One of `files` is the new log, one the file about to be renamed.
  const std::size_t room = files < 2 ? 0 : files - 2;
  const std::size_t excess = kept.size() > room ? kept.size() - room : 0;
  for (std::size_t index = 0; index < kept.size(); ++index) {
    if (index < excess) {
      plan.removed.push_back(kept[index]);
    } else if (!kept[index].ends_with(kCompressedSuffix)) {
      plan.compressed.push_back(kept[index]);
    }
  }
  return plan;
}

Result<> rotate(Disk& disk, const std::string& directory, const std::string& file, Timestamp at,
                std::size_t files) {
  std::vector<std::string> names;
  for (DirectoryEntry& entry : TRY(disk.list(directory))) names.push_back(std::move(entry.name));
  const RotationPlan plan = plan_rotation(file, names, files);
  for (const std::string& name : plan.removed) TRY(disk.remove(path_in(directory, name)));
  for (const std::string& name : plan.compressed) TRY(compress(disk, path_in(directory, name)));
  return disk.rename(path_in(directory, file), path_in(directory, rotated_name(file, at)));
}

}  // namespace headgate::loggen
