#include "collect/progress/checkpoints.h"

#include <algorithm>
#include <tuple>

#include "collect/progress/log_file_name.h"
#include "collect/progress/words.h"
#include "model/compression/checksum.h"
#include "model/text/format_title.h"
#include "ports/whole_file.h"

namespace headgate::collect {
namespace {

constexpr std::string_view kFormat = "headgate-checkpoints";
constexpr std::uint32_t kVersion = 2;  // 1 knew less of its files
constexpr std::string_view kName = "/checkpoints";

std::string_view directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::optional<std::uint32_t> restart_of(std::string_view path) {
  const std::optional<LogFileName> name = parse_log_file_name(path.substr(path.rfind('/') + 1));
  return name ? std::optional(name->restart) : std::nullopt;
}

// Of two entries that fit, the one that says more surely which file it is, then the later.
template <typename Entry>
bool is_better(const Entry& left, const Entry& right) {
  return std::tuple(left.file.fingerprint.bytes, left.sequence) >
         std::tuple(right.file.fingerprint.bytes, right.sequence);
}

}  // namespace

Result<Checkpoints> Checkpoints::open(Disk& disk, std::string directory) {
  TRY_IN("checkpoints", disk.make_directories(directory));
  Checkpoints checkpoints(disk, std::move(directory));
  const std::string path = checkpoints.directory_ + std::string(kName);
  const Result<std::string> text = read_whole_file(disk, path, kFileBytesMax);
  if (!text.ok()) {
    if (text.error().fault == Fault::NotFound) {
      checkpoints.is_fresh_ = true;
      return checkpoints;
    }
    return Error(text.error()).in("checkpoints");
  }
  if (const Result<> read = checkpoints.read(*text); !read.ok()) {
    if (read.error().fault != Fault::Invalid) return Error(read.error()).in(path);
    return Error{
        Fault::Invalid,
        path + ": " + read.error().what +
            ". Put a copy of it back, or remove it: then every log file that is still on the node is "
            "collected again from its beginning. To pass over those instead, remove it and start "
            "once with collect.start_at: end"};
  }
  // The file may have been renamed and the directory not synced: what it says must not be unsaid by a power
  // loss after batches were removed because of it.
  TRY_IN("checkpoints", disk.sync_directory(checkpoints.directory_));
  return checkpoints;
}

// title, one line an entry ("<sequence> file ..."), and last "crc <of all before>".
Result<> Checkpoints::read(std::string_view text) {
  const std::string_view all = text;
  if (text.empty()) return Error{Fault::Invalid, "is empty: the disk lost what it said"};
  const std::string_view title = TRY(take_line(text));
  TRY(version_in_title(title, kFormat, kVersion));
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
    const auto sequence = TRY_IN("sequence", take_number<std::uint64_t>(line));
    take(confirmed_, sequence, TRY(parse_covered_file(line)));
  }
  return Error{Fault::Invalid, "damaged: cut short"};
}

bool Checkpoints::take(Entries& entries, std::uint64_t sequence, const CoveredFile& file) {
  const std::string_view directory = directory_of(file.path);
  auto found = entries.find(directory);
  if (found == entries.end()) found = entries.emplace(std::string(directory), std::vector<Entry>()).first;
  std::vector<Entry>& here = found->second;
  // With another fingerprint it may be the same file, longer, or another that has the inode now: both stay.
  const auto known = std::find_if(here.begin(), here.end(), [&](const Entry& entry) {
    return entry.file.id == file.id && entry.file.fingerprint == file.fingerprint;
  });
  if (known == here.end()) {
    here.push_back({.sequence = sequence, .file = file});
    return true;
  }
  if (known->sequence >= sequence) return false;
  *known = {.sequence = sequence, .file = file};
  return true;
}

void Checkpoints::note_sealed(const BatchManifest& batch) {
  for (const CoveredFile& file : batch.covers) take(sealed_, batch.sequence, file);
}

void Checkpoints::confirm(const BatchManifest& batch) {
  for (const CoveredFile& file : batch.covers) {
    is_changed_ = take(confirmed_, batch.sequence, file) || is_changed_;
    const auto ahead = sealed_.find(directory_of(file.path));
    if (ahead == sealed_.end()) continue;
    std::erase_if(ahead->second, [&](const Entry& entry) {
      return entry.file.id == file.id && entry.file.fingerprint == file.fingerprint &&
             entry.sequence <= batch.sequence;
    });
    if (ahead->second.empty()) sealed_.erase(ahead);
  }
}

void Checkpoints::pass_over(const CoveredFile& file, std::uint64_t sequence) {
  is_changed_ = take(confirmed_, sequence, file) || is_changed_;
}

template <typename Predicate>
bool Checkpoints::has_entry(std::string_view directory, Predicate is_meant) const {
  for (const Entries* entries : {&confirmed_, &sealed_}) {
    const auto here = entries->find(directory);
    if (here != entries->end() && std::any_of(here->second.begin(), here->second.end(), is_meant))
      return true;
  }
  return false;
}

bool Checkpoints::has_collected(std::string_view directory) const {
  return has_entry(directory, [](const Entry& entry) { return entry.sequence > 0; });
}

bool Checkpoints::may_hold(std::string_view path, FileId id, std::uint64_t bytes) const {
  return has_entry(directory_of(path), [&](const Entry& entry) {
    return entry.file.id == id && entry.file.position.lowest_offset() >= bytes;
  });
}

template <typename Predicate>
const CoveredFile* Checkpoints::best(std::string_view path, std::string_view first_bytes,
                                     Predicate is_candidate) const {
  const Entry* best = nullptr;
  for (const Entries* entries : {&confirmed_, &sealed_}) {
    const auto here = entries->find(directory_of(path));
    if (here == entries->end()) continue;
    for (const Entry& entry : here->second) {
      if (!is_candidate(entry) || !entry.file.fingerprint.fits(first_bytes)) continue;
      if (best == nullptr || is_better(entry, *best)) best = &entry;
    }
  }
  return best == nullptr ? nullptr : &best->file;
}

const CoveredFile* Checkpoints::find(std::string_view path, FileId id, std::string_view first_bytes) const {
  return best(path, first_bytes, [&](const Entry& entry) { return entry.file.id == id; });
}

const CoveredFile* Checkpoints::find_content(std::string_view path, std::string_view first_bytes) const {
  const auto restart = restart_of(path);
  return best(path, first_bytes, [&](const Entry& entry) {
    return entry.file.fingerprint.bytes > 0 && restart_of(entry.file.path) == restart;
  });
}

const CoveredFile* Checkpoints::find_begun(std::string_view path, FileId id,
                                           std::string_view first_bytes) const {
  const Entry* best = nullptr;
  for (const Entries* entries : {&confirmed_, &sealed_}) {
    const auto here = entries->find(directory_of(path));
    if (here == entries->end()) continue;
    for (const Entry& entry : here->second) {
      const bool is_it = entry.file.id == id || entry.file.path == path;
      const bool is_begun = entry.file.begin.bytes == CoveredFile::kBeginBytesMax;
      if (!is_it || !is_begun || !entry.file.begin.fits(first_bytes)) continue;
      if (best == nullptr || best->sequence < entry.sequence) best = &entry;
    }
  }
  return best == nullptr ? nullptr : &best->file;
}

const CoveredFile* Checkpoints::find_last_at(std::string_view path) const {
  const Entry* last = nullptr;
  for (const Entries* entries : {&confirmed_, &sealed_}) {
    const auto here = entries->find(directory_of(path));
    if (here == entries->end()) continue;
    for (const Entry& entry : here->second) {
      if (entry.file.path == path && (last == nullptr || last->sequence < entry.sequence)) last = &entry;
    }
  }
  return last == nullptr ? nullptr : &last->file;
}

void Checkpoints::forget_absent(const Present& present) {
  is_changed_ = forget_absent(confirmed_, present) || is_changed_;
  forget_absent(sealed_, present);
}

bool Checkpoints::forget_absent(Entries& entries, const Present& present) {
  std::size_t forgotten = 0;
  for (auto& [directory, here] : entries) {
    const auto found = present.directories.find(directory);
    const bool is_there = found != present.directories.end();
    if (is_there ? !found->second : is_below(directory, present.hidden)) continue;
    const auto is_said = [&](const Fingerprint& fingerprint) {
      return is_there && std::any_of(found->second->begin(), found->second->end(),
                                     [&](std::string_view bytes) { return fingerprint.fits(bytes); });
    };
    // Latest first; of one inode the first is the file that has it now.
    std::sort(here.begin(), here.end(),
              [](const Entry& left, const Entry& right) { return left.sequence > right.sequence; });
    std::set<FileId> seen;
    std::size_t vanished = 0;
    const auto is_forgotten = [&](Entry& entry) {
      const bool has_inode = seen.insert(entry.file.id).second;
      const bool is_present =
          (has_inode && present.files.contains(entry.file.id)) || is_said(entry.file.fingerprint);
      entry.absences = is_present ? 0 : std::min(entry.absences + 1, kAbsencesMin);
      if (entry.absences < kAbsencesMin) return false;
      return !is_there || ++vanished > kVanishedMax;
    };
    std::size_t kept = 0;
    for (Entry& entry : here) {
      if (is_forgotten(entry)) continue;
      if (&here[kept] != &entry) here[kept] = std::move(entry);
      ++kept;
    }
    forgotten += here.size() - kept;
    here.resize(kept);
  }
  std::erase_if(entries, [](const auto& directory) { return directory.second.empty(); });
  return forgotten > 0;
}

std::uint64_t Checkpoints::highest_sequence() const {
  std::uint64_t highest = 0;
  for (const auto& [directory, here] : confirmed_) {
    for (const Entry& entry : here) highest = std::max(highest, entry.sequence);
  }
  return highest;
}

std::size_t Checkpoints::size() const {
  std::size_t entries = 0;
  for (const auto& [directory, here] : confirmed_) entries += here.size();
  return entries;
}

Result<> Checkpoints::store() {
  if (!is_changed_ && !is_fresh_) return {};
  std::string text = std::string(kFormat) + ' ' + std::to_string(kVersion);
  text.push_back('\n');
  for (const auto& [directory, here] : confirmed_) {
    for (const Entry& entry : here) {
      text += std::to_string(entry.sequence);
      text.push_back(' ');
      append_line(text, entry.file);
    }
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
  is_fresh_ = false;
  return {};
}

}  // namespace headgate::collect
