#include "collect/checkpoints.h"

#include <algorithm>

#include "collect/words.h"
#include "model/checksum.h"

namespace headgate::collect {
namespace {

constexpr std::string_view kTitle = "headgate-checkpoints 1";
constexpr std::string_view kName = "/checkpoints";

Result<std::string> read_whole(Disk& disk, const std::string& path, std::size_t bytes_max) {
  const std::unique_ptr<ReadableFile> file = TRY(disk.open(path));
  const FileStat stat = TRY(file->stat());
  if (stat.bytes > bytes_max) return Error{Fault::Invalid, path + ": too large"};
  std::string text(stat.bytes, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const std::size_t taken =
        TRY(file->read_at(filled, std::span<char>(text.data() + filled, text.size() - filled)));
    if (taken == 0) break;
    filled += taken;
  }
  text.resize(filled);
  return text;
}

}  // namespace

Result<Checkpoints> Checkpoints::open(Disk& disk, std::string directory) {
  TRY_IN("checkpoints", disk.make_directories(directory));
  Checkpoints checkpoints(disk, std::move(directory));
  const std::string path = checkpoints.directory_ + std::string(kName);
  const Result<std::string> text = read_whole(disk, path, kFileBytesMax);
  if (!text.ok()) {
    if (text.error().fault == Fault::NotFound) return checkpoints;
    return Error(text.error()).in("checkpoints");
  }
  TRY_IN(path, checkpoints.read(*text));
  // The file may have been renamed and the directory not synced: what it says must not be unsaid by a power
  // loss after batches were removed because of it.
  TRY_IN("checkpoints", disk.sync_directory(checkpoints.directory_));
  return checkpoints;
}

// title, one line an entry ("<sequence> file ..."), and last "crc <of all before>".
Result<> Checkpoints::read(std::string_view text) {
  const std::string_view all = text;
  const std::string_view title = TRY(take_line(text));
  if (title != kTitle) return Error{Fault::Invalid, "not a checkpoint file of this version"};
  while (!text.empty()) {
    const std::size_t before = all.size() - text.size();
    std::string_view line = TRY(take_line(text));
    if (line.starts_with("crc ")) {
      line.remove_prefix(4);
      const auto crc = TRY_IN("crc", take_number<std::uint32_t>(line));
      if (crc != crc32c(0, all.substr(0, before)))
        return Error{Fault::Invalid, "damaged: its checksum differs"};
      if (!text.empty()) return Error{Fault::Invalid, "damaged: lines after its end"};
      return {};
    }
    Entry entry;
    entry.sequence = TRY_IN("sequence", take_number<std::uint64_t>(line));
    entry.file = TRY(parse_covered_file(line));
    confirmed_[entry.file.id] = std::move(entry);
  }
  return Error{Fault::Invalid, "damaged: cut short"};
}

bool Checkpoints::take(Entries& entries, const BatchManifest& batch) {
  bool is_changed = false;
  for (const CoveredFile& file : batch.covers) {
    Entry& entry = entries[file.id];
    if (entry.sequence >= batch.sequence) continue;
    entry = Entry{.sequence = batch.sequence, .file = file};
    is_changed = true;
  }
  return is_changed;
}

void Checkpoints::note_sealed(const BatchManifest& batch) {
  take(sealed_, batch);
}

void Checkpoints::confirm(const BatchManifest& batch) {
  is_changed_ = take(confirmed_, batch) || is_changed_;
  for (const CoveredFile& file : batch.covers) {
    const auto ahead = sealed_.find(file.id);
    if (ahead != sealed_.end() && ahead->second.sequence <= batch.sequence) sealed_.erase(ahead);
  }
}

const CoveredFile* Checkpoints::find(FileId id, std::string_view first_bytes) const {
  const Entry* latest = nullptr;
  for (const Entries* entries : {&confirmed_, &sealed_}) {
    const auto found = entries->find(id);
    if (found == entries->end()) continue;
    if (latest == nullptr || found->second.sequence > latest->sequence) latest = &found->second;
  }
  if (latest == nullptr || !latest->file.fingerprint.fits(first_bytes)) return nullptr;
  return &latest->file;
}

std::uint64_t Checkpoints::highest_sequence() const {
  std::uint64_t highest = 0;
  for (const auto& [id, entry] : confirmed_) highest = std::max(highest, entry.sequence);
  return highest;
}

Result<> Checkpoints::store() {
  if (!is_changed_) return {};
  std::string text(kTitle);
  text.push_back('\n');
  for (const auto& [id, entry] : confirmed_) {
    text += std::to_string(entry.sequence);
    text.push_back(' ');
    append_line(text, entry.file);
  }
  text += "crc " + std::to_string(crc32c(0, text)) + "\n";

  const std::string path = directory_ + std::string(kName);
  const std::string next_path = path + ".next";
  const std::unique_ptr<WritableFile> file = TRY_IN("checkpoints", disk_->create(next_path));
  TRY_IN("checkpoints", file->append(text));
  TRY_IN("checkpoints", file->sync());
  TRY_IN("checkpoints", disk_->rename(next_path, path));
  TRY_IN("checkpoints", disk_->sync_directory(directory_));
  is_changed_ = false;
  return {};
}

}  // namespace headgate::collect
