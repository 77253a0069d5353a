#include "collect/batch/spool.h"

#include <algorithm>

#include "base/log.h"
#include "base/number.h"
#include "model/compression/checksum.h"

namespace headgate::collect {
namespace {

constexpr std::string_view kOpen = ".open";
constexpr std::string_view kSealed = ".batch";
constexpr std::string_view kDamaged = ".damaged";

// The number of a file `<number><suffix>`.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  name.remove_suffix(suffix.size());
  return parse_number<std::uint64_t>(name);
}

std::string path_in(const std::string& directory, std::uint64_t number, std::string_view suffix) {
  constexpr std::size_t kDigits = 16;  // so that names sort as numbers do
  std::string digits = std::to_string(number);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return directory + "/" + digits + std::string(suffix);
}

// An earlier try whose answer was lost may have done it.
Result<> done_or_gone(Result<> result) {
  if (!result.ok() && result.error().fault == Fault::NotFound) return {};
  return result;
}

Result<std::string> read_exactly(ReadableFile& file, std::uint64_t offset, std::uint64_t bytes) {
  std::string text(bytes, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const std::span<char> rest(text.data() + filled, text.size() - filled);
    const std::size_t taken = TRY(file.read_at(offset + filled, rest));
    if (taken == 0) return Error{Fault::Invalid, "shorter than it says"};
    filled += taken;
  }
  return text;
}

Result<BatchManifest> read_manifest(ReadableFile& file) {
  const FileStat stat = TRY(file.stat());
  if (stat.bytes < kTrailerBytes) return Error{Fault::Invalid, "no batch trailer"};
  const std::string trailer_bytes = TRY(read_exactly(file, stat.bytes - kTrailerBytes, kTrailerBytes));
  const Trailer trailer = TRY(decode_trailer(trailer_bytes));
  if (trailer.manifest_bytes > stat.bytes - kTrailerBytes)
    return Error{Fault::Invalid, "shorter than it says"};
  const std::uint64_t object_bytes = stat.bytes - kTrailerBytes - trailer.manifest_bytes;
  const std::string text = TRY(read_exactly(file, object_bytes, trailer.manifest_bytes));
  if (crc32c(0, text) != trailer.manifest_crc32c) return Error{Fault::Invalid, "manifest: checksum differs"};
  BatchManifest manifest = TRY_IN("manifest", decode_manifest(text));
  if (manifest.object_bytes != object_bytes)
    return Error{Fault::Invalid, "object bytes: not as many as sealed"};
  return manifest;
}

}  // namespace

Result<std::size_t> SealedBatch::read(std::span<char> into) {
  const std::uint64_t left = manifest_.object_bytes - offset_;
  if (left == 0) {
    if (crc32c_ != manifest_.object_crc32c) return Error{Fault::Invalid, "object bytes: checksum differs"};
    return std::size_t{0};
  }
  const std::size_t taken =
      TRY(file_->read_at(offset_, into.first(std::min<std::uint64_t>(left, into.size()))));
  if (taken == 0) return Error{Fault::Invalid, "object bytes: cut short"};
  crc32c_ = headgate::crc32c(crc32c_, std::string_view(into.data(), taken));
  offset_ += taken;
  return taken;
}

Result<SealedBatch> open_sealed_batch(Disk& disk, const std::string& directory, std::uint64_t sequence) {
  const std::string path = path_in(directory, sequence, kSealed);
  std::unique_ptr<ReadableFile> file = TRY(disk.open(path));
  BatchManifest manifest = TRY_IN(path, read_manifest(*file));
  if (manifest.sequence != sequence) return Error{Fault::Invalid, path + ": not the batch its name says"};
  return SealedBatch(std::move(file), std::move(manifest));
}

Result<Spool> Spool::open(Disk& disk, Options options, std::uint64_t highest_known) {
  Spool spool(disk, std::move(options));
  spool.next_sequence_ = highest_known + 1;
  TRY_IN("spool", disk.make_directories(spool.options_.directory));
  const std::vector<DirectoryEntry> entries = TRY_IN("spool", disk.list(spool.options_.directory));
  TRY_IN("spool", spool.take_up(entries));
  // A batch found here may have been renamed and the directory not synced: it must not vanish again after its
  // upload.
  TRY_IN("spool", disk.sync_directory(spool.options_.directory));
  return spool;
}

// A batch of a newer headgate is an error: before anything is changed, all batches are looked at.
Result<> Spool::take_up(const std::vector<DirectoryEntry>& entries) {
  for (const DirectoryEntry& entry : entries) {
    const std::string path = options_.directory + "/" + entry.name;
    for (const std::string_view suffix : {kSealed, kDamaged}) {
      const std::optional<std::uint64_t> sequence = number_of(entry.name, suffix);
      if (!sequence) continue;
      next_sequence_ = std::max(next_sequence_, *sequence + 1);
      if (suffix == kDamaged) aside_.insert(*sequence);
      if (suffix != kSealed) continue;
      batches_[*sequence] = TRY(disk_->stat(path)).bytes;
      bytes_ += batches_[*sequence];
    }
  }
  std::map<std::uint64_t, std::string> damaged;
  for (const std::uint64_t sequence : sequences()) {
    const auto batch = open_sealed_batch(*disk_, options_.directory, sequence);
    if (batch.ok()) continue;
    if (batch.error().fault != Fault::Invalid) return batch.error();
    damaged[sequence] = batch.error().what;
  }
  for (const DirectoryEntry& entry : entries) {
    if (number_of(entry.name, kOpen)) TRY(disk_->remove(options_.directory + "/" + entry.name));
  }
  for (const auto& [sequence, what] : damaged) {
    log::error("damaged_batch_set_aside",
               "A batch in the spool is damaged and was set aside. Its lines are lost unless the log files "
               "still hold them. Check the node's disk.",
               {{"path", path_of(sequence, kDamaged)}, {"error", what}});
    TRY(set_aside(sequence));
  }
  return look_aside();
}

std::string Spool::path_of(std::uint64_t number, std::string_view suffix) const {
  return path_in(options_.directory, number, suffix);
}

std::vector<std::uint64_t> Spool::sequences() const {
  std::vector<std::uint64_t> found;
  found.reserve(batches_.size());
  for (const auto& [sequence, bytes] : batches_) found.push_back(sequence);
  return found;
}

Result<SpoolFile> Spool::create() {
  std::string path = path_of(next_open_++, kOpen);
  std::unique_ptr<WritableFile> file = TRY_IN("spool", disk_->create(path));
  return SpoolFile(std::move(file), std::move(path));
}

Result<> Spool::append(SpoolFile& file, std::string_view bytes) {
  TRY(file.file_->append(bytes));
  file.bytes_ += bytes.size();
  open_bytes_ += bytes.size();
  file.crc32c_ = crc32c(file.crc32c_, bytes);
  return {};
}

Result<BatchManifest> Spool::seal(SpoolFile file, BatchManifest manifest) {
  manifest.object_bytes = file.bytes();
  manifest.object_crc32c = file.crc32c();
  manifest.sequence = next_sequence_;
  const std::string text = encode(manifest);
  const Result<> written = write(file, text, path_of(manifest.sequence, kSealed));
  if (!written.ok()) {
    discard(std::move(file));
    return Error(written.error()).in("spool");
  }
  ++next_sequence_;
  open_bytes_ -= file.bytes();
  batches_[manifest.sequence] = file.bytes() + text.size() + kTrailerBytes;
  bytes_ += batches_[manifest.sequence];
  return manifest;
}

Result<> Spool::write(SpoolFile& file, std::string_view manifest, const std::string& sealed_path) {
  TRY(undo_failed());
  if (manifest.size() > kManifestBytesMax) return Error{Fault::Invalid, "manifest: too many files"};
  TRY(file.file_->append(manifest));
  TRY(file.file_->append(encode_trailer(manifest)));
  TRY(file.file_->sync());
  failed_ = next_sequence_;
  TRY(disk_->rename(file.path_, sealed_path));
  TRY(disk_->sync_directory(options_.directory));
  failed_.reset();
  return {};
}

// A rename or a sync that failed may have happened. The lines of such a batch are read again: it must be gone
// for good before any of them is sealed anew.
Result<> Spool::undo_failed() {
  if (!failed_) return {};
  TRY(done_or_gone(disk_->remove(path_of(*failed_, kSealed))));
  TRY(disk_->sync_directory(options_.directory));
  failed_.reset();
  return {};
}

void Spool::discard(SpoolFile file) {
  file.file_.reset();
  open_bytes_ -= file.bytes();
  (void)disk_->remove(file.path_);  // open() removes what this could not
}

Result<> Spool::remove(std::uint64_t sequence) {
  TRY_IN("spool", done_or_gone(disk_->remove(path_of(sequence, kSealed))));
  bytes_ -= batches_[sequence];
  batches_.erase(sequence);
  return {};
}

Result<> Spool::set_aside(std::uint64_t sequence) {
  const auto batch = open_sealed_batch(*disk_, options_.directory, sequence);
  TRY_IN("spool", done_or_gone(disk_->rename(path_of(sequence, kSealed), path_of(sequence, kDamaged))));
  bytes_ -= batches_[sequence];
  batches_.erase(sequence);
  lines_aside_ += batch.ok() ? batch->manifest().lines : 1;
  aside_.insert(sequence);
  (void)look_aside();  // room() looks again
  return {};
}

// How much is put aside: an operator takes it away when it has been looked at.
Result<> Spool::look_aside() {
  std::uint64_t bytes = 0;
  for (auto sequence = aside_.begin(); sequence != aside_.end();) {
    const Result<FileStat> stat = disk_->stat(path_of(*sequence, kDamaged));
    if (!stat.ok() && stat.error().fault != Fault::NotFound) return stat.error();
    if (stat.ok()) bytes += stat->bytes;
    sequence = stat.ok() ? std::next(sequence) : aside_.erase(sequence);
  }
  aside_bytes_ = bytes;
  return {};
}

Result<std::uint64_t> Spool::room() {
  if (bytes() >= options_.bytes_max && !aside_.empty()) TRY_IN("spool", look_aside());
  if (bytes() >= options_.bytes_max) return std::uint64_t{0};
  const std::uint64_t free_bytes = TRY_IN("spool", disk_->free_bytes(options_.directory));
  if (free_bytes < options_.free_bytes_min) return std::uint64_t{0};
  // Just at the limit of the disk one more may be begun, as long as it does not go below.
  return std::min(options_.bytes_max - bytes(),
                  std::max<std::uint64_t>(free_bytes - options_.free_bytes_min, 1));
}

}  // namespace headgate::collect
