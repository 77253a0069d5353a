#include "ports/whole_file.h"

#include <memory>
#include <span>

namespace headgate {

Result<std::string> read_whole_file(Disk& disk, const std::string& path, std::size_t bytes_max) {
  const std::unique_ptr<ReadableFile> file = TRY(disk.open(path));
  const FileStat stat = TRY(file->stat());
  if (stat.bytes > bytes_max)
    return Error{Fault::Invalid, path + ": longer than " + std::to_string(bytes_max) + " bytes"};
  std::string text(stat.bytes, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const std::size_t taken =
        TRY_IN(path, file->read_at(filled, std::span<char>(text.data() + filled, text.size() - filled)));
    if (taken == 0) break;
    filled += taken;
  }
  text.resize(filled);
  return text;
}

}  // namespace headgate
