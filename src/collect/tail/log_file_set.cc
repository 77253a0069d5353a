#include "collect/tail/log_file_set.h"

namespace headgate::collect {

LogFileSet::ScanResult LogFileSet::see(const SeenContainer& seen, const Checkpoints& checkpoints,
                                       std::size_t opened_max) {
  ScanResult result;
  if (!seen.has_hidden) {
    for (TailedFile& file : files_) file.note_not_listed();
  }
  is_directory_there_ = true;
  unopened_bytes_ = 0;
  std::vector<const SeenFile*> unknown;
  for (const SeenFile& listed : seen.files) {
    const auto known =
        std::find_if(files_.begin(), files_.end(), [&](const TailedFile& file) { return file.is(listed); });
    if (known != files_.end()) {
      known->take_listing(listed);
    } else if (!listed.is_refused) {
      unknown.push_back(&listed);
    }
  }
  for (TailedFile& file : files_) {
    if (file.is_missing()) file.look_whether_deleted();
  }
  count_unopened(seen, see_unknown(unknown, checkpoints, opened_max, result), checkpoints);
  std::stable_sort(files_.begin(), files_.end(), [](const TailedFile& left, const TailedFile& right) {
    return is_older(left.name(), right.name());
  });
  is_stale_ = result.is_stale;
  are_all_known_ = !is_stale_ && result.unreadable.empty();
  if (!is_stale_) {
    for (TailedFile& file : files_) file.note_directory_listed();
  }
  return result;
}

void LogFileSet::see_nothing() {
  for (TailedFile& file : files_) {
    file.note_not_listed();
    file.note_directory_listed();
    file.look_whether_deleted();
  }
  is_directory_there_ = false;
  unopened_bytes_ = 0;
  missing_.reset();
  is_stale_ = false;
}

// A file that may have been read before the agent started is not known to be lost.
void LogFileSet::count_unopened(const SeenContainer& seen, std::vector<const SeenFile*> unopened,
                                const Checkpoints& checkpoints) {
  if (seen.has_hidden) return;
  std::erase_if(unopened, [&](const SeenFile* file) {
    return file->stat.bytes == 0 ||
           (file->name.is_gzip ? checkpoints.has_collected(seen.directory)
                               : checkpoints.may_hold(file->path, file->stat.id, file->stat.bytes));
  });
  files_lost_ += unopened_.see(seen.files, unopened);
}

std::vector<const SeenFile*> LogFileSet::see_unknown(const std::vector<const SeenFile*>& unknown,
                                                     const Checkpoints& checkpoints, std::size_t opened_max,
                                                     ScanResult& result) {
  std::vector<const SeenFile*> unopened;
  // A rotated file shorter than a fingerprint can be a copy that has just begun, which its content cannot
  // tell. It and all later files are left alone until every later file was opened.
  std::optional<std::uint64_t> doubtful;
  const SeenFile* first_doubtful = nullptr;
  bool is_over_limit = false;
  missing_.reset();
  for (const SeenFile* listed : unknown) {
    const bool may_be_begun = !listed->name.rotated_at.empty() && !listed->name.is_gzip;
    if (may_be_begun && listed->stat.bytes == 0) continue;
    if (may_be_begun && listed->stat.bytes < Fingerprint::kBytesMax && !doubtful) {
      doubtful = next_number_;
      first_doubtful = listed;
    }
    if (opened_max == 0 && !result.is_stale) {
      result.is_stale = true;
      is_over_limit = true;  // all files may never fit at a time, so doubtful ones do not wait for that
    }
    // Once a file cannot be opened, later ones wait for it: a record may continue from it into them.
    if (!result.is_stale) {
      --opened_max;
      Result<TailedFile> opened = TailedFile::open(disk_, decompressors_, *listed, next_number_++);
      if (opened.ok() && opened->id() == listed->stat.id) {
        const Result<> adopted = adopt(std::move(opened).value(), *listed, checkpoints, result);
        if (adopted.ok()) continue;
        result.unreadable.push_back(
            adopted.error());  // reading it twice would be worse than reading it later
        result.is_stale = true;
        missing_ = listed->name;
        continue;
      }
      const Fault fault = opened.ok() ? Fault::NotFound : opened.error().fault;
      if (fault != Fault::NotFound) result.unreadable.push_back(std::move(opened).error());
      result.is_stale = fault == Fault::NotFound || fault == Fault::Retry;
      if (result.is_stale) missing_ = listed->name;
    }
    unopened_bytes_ += listed->stat.bytes;
    unopened.push_back(listed);
  }
  if (!result.is_stale || !doubtful || is_over_limit) return unopened;
  missing_ = first_doubtful->name;
  std::erase_if(files_, [&](const TailedFile& file) {
    if (file.number() < *doubtful) return false;
    unopened_bytes_ += file.unread_bytes();
    return true;
  });
  return unopened;
}

// Takes in a file that was not seen before: it is new, or known by its content.
Result<> LogFileSet::adopt(TailedFile opened, const SeenFile& listed, const Checkpoints& checkpoints,
                           ScanResult& result) {
  if (TRY(is_known_content(opened, listed, checkpoints))) return {};
  const bool is_current = listed.name.rotated_at.empty();
  bool is_new = false;
  const CoveredFile* begun =
      is_current ? checkpoints.find_begun(listed.path, opened.id(), opened.first_bytes()) : nullptr;
  if (begun != nullptr) {
    TRY(opened.resume_checked(*begun));
  } else if (const CoveredFile* own = checkpoints.find(listed.path, opened.id(), opened.first_bytes())) {
    TRY(opened.resume_checked(*own));
  } else if (const CoveredFile* other = checkpoints.find_content(listed.path, opened.first_bytes())) {
    // A rotated file with known content is a copy, which may still be growing. The file that is written now
    // is the original itself: its device got another number when the machine was restarted.
    if (is_current) {
      TRY(opened.resume_checked(*other));
    } else {
      opened.resume_copy(other->position);
    }
  } else {
    is_new = true;
  }
  if (opened.is_gzip()) {
    const Result<bool> ends = opened.ends_at(opened.position(assembler_));
    if (!ends.ok()) result.unreadable.push_back(ends.error());
    if (ends.ok() && *ends && opened.offset() > 0) {  // read before: not decompressed again to find its end
      opened.finish();
      opened.close();
    }
  }
  if (is_new && opened.is_link()) note_behind_link(opened, checkpoints, result);
  files_.push_back(std::move(opened));
  return {};
}

Result<Relation> LogFileSet::relation_to(std::size_t index, const TailedFile& opened,
                                         const SeenFile& listed) {
  TailedFile& known = files_[index];
  if (known.name().restart != listed.name.restart) return Relation::None;  // without reading it
  const bool may_be_copy =
      !known.first_bytes().empty() && opened.first_bytes().starts_with(known.first_bytes());
  if (may_be_copy && !known.is_truncated() && known.is_open() && TRY(known.is_rewritten()))
    split_truncated(index);
  std::string first_bytes;
  const KnownFile compared = TRY(files_[index].as_known(first_bytes));
  return relation(compared, {.name = listed.name, .first_bytes = opened.first_bytes()});
}

// Whether one of our files has the content of `opened`. That file then goes on with it, or needs nothing of
// it.
Result<bool> LogFileSet::is_known_content(TailedFile& opened, const SeenFile& listed,
                                          const Checkpoints& checkpoints) {
  for (std::size_t index = 0; index < files_.size(); ++index) {
    const Relation relation = TRY(relation_to(index, opened, listed));
    TailedFile& file = files_[index];
    switch (relation) {
      case Relation::None:
        continue;
      case Relation::Same:
        return true;
      case Relation::Archive:
        file.take_archive(listed);
        file.take_listing(listed);
        return true;
      case Relation::Copy:
        file.continue_in(std::move(opened));
        return true;
      case Relation::Continuation: {
        const CoveredFile* own = checkpoints.find(listed.path, opened.id(), opened.first_bytes());
        file.continue_in(std::move(opened));
        // The copy may have been read as a file of its own while it was too short to be known.
        if (own != nullptr && file.is_spent(assembler_))
          file.resume(furthest(own->position, file.position(assembler_)));
        return true;
      }
    }
  }
  return false;
}

void LogFileSet::split_truncated(std::size_t index) {
  ++truncations_;
  // What it held comes after the files before it, and before all that follow: a copy of its next content too.
  const bool is_first = index == 0 || files_[index - 1].name().restart != files_[index].name().restart;
  std::string rotated_at = (is_first ? std::string() : files_[index - 1].name().rotated_at) + "-";
  TailedFile anew = files_[index].begin_anew(next_number_++, std::move(rotated_at));
  files_.insert(files_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(anew));
}

// A link leads to another file than before, in this run of the agent or an earlier one.
void LogFileSet::note_behind_link(const TailedFile& opened, const Checkpoints& checkpoints,
                                  ScanResult& result) {
  if (links_ == nullptr) return;
  const TailedFile* last = nullptr;
  for (const TailedFile& file : files_) {
    const bool is_it = file.is_link() && file.path() == opened.path();
    if (is_it && (last == nullptr || last->number() < file.number())) last = &file;
  }
  BehindLinkBefore before;
  if (last != nullptr) {
    before = {.id = last->id(),
              .fingerprint = Fingerprint::of(last->first_bytes()),
              .modified_ns = last->modified_ns()};
    if (!last->is_open()) before.read_to = last->offset();
  } else if (const CoveredFile* covered = checkpoints.find_last_at(opened.path())) {
    before = {.id = covered->id,
              .fingerprint = covered->fingerprint,
              .modified_ns = std::max(covered->until[0], covered->until[1]).nanoseconds,
              .read_to = covered->position.lowest_offset()};
  } else {
    return;
  }
  const Result<LostBehindLink> lost = lost_behind_link(*links_, opened.path(), before);
  if (!lost.ok()) {
    if (lost.error().fault != Fault::NotFound) result.unreadable.push_back(lost.error());
    return;
  }
  lost_behind_links_.files += lost->files;
  lost_behind_links_.bytes += lost->bytes;
}

bool LogFileSet::is_written(std::size_t index) const {
  const TailedFile& file = files_[index];
  const bool can_be_reached = file.is_listed() || (file.is_deleted() && is_directory_there_);
  return index + 1 == files_.size() && can_be_reached && !file.is_gzip() && !file.is_truncated() &&
         file.name().restart >= runs_ended_;
}

const TailedFile* LogFileSet::end_of_run(std::optional<std::uint32_t> restart) const {
  if (files_.empty()) return nullptr;
  std::size_t last = files_.size() - 1;
  for (std::size_t index = 0; restart && index < files_.size(); ++index) {
    if (files_[index].name().restart <= *restart) last = index;
  }
  return is_written(last) ? nullptr : &files_[last];
}

void LogFileSet::drop_done() {
  for (TailedFile& file : files_) {
    if (file.is_finished() && file.is_open() && file.is_spent(assembler_)) file.close();
  }
  std::erase_if(files_, [this](const TailedFile& file) {
    if (file.is_truncated()) return file.is_finished() && file.is_committed(assembler_);
    if (file.is_listed() || file.is_open()) return false;
    if (!file.is_finished() && file.unread_bytes() > 0) ++files_lost_;
    return true;
  });
}

bool LogFileSet::has_unread() const {
  return std::any_of(files_.begin(), files_.end(), [](const TailedFile& file) {
    return !file.is_finished() && (file.unread_bytes() > 0 || !file.has_reached_end());
  });
}

bool LogFileSet::is_polled() const {
  return !files_.empty() && !files_.back().is_listed() && is_written(files_.size() - 1);
}

std::uint64_t LogFileSet::unread_bytes() const {
  std::uint64_t unread = unopened_bytes_;
  for (const TailedFile& file : files_) {
    if (!file.is_finished()) unread += file.unread_bytes();
  }
  return unread;
}

std::optional<std::vector<std::string_view>> LogFileSet::beginnings() const {
  if (!are_all_known_) return std::nullopt;
  std::vector<std::string_view> beginnings;
  beginnings.reserve(files_.size());
  for (const TailedFile& file : files_) beginnings.push_back(file.first_bytes());
  return beginnings;
}

std::size_t LogFileSet::open_files() const {
  return static_cast<std::size_t>(
      std::count_if(files_.begin(), files_.end(), [](const TailedFile& file) { return file.is_open(); }));
}

void LogFileSet::close_spent() {
  for (TailedFile& file : files_) {
    // A file that was deleted, or can be replaced behind a link, could not be found again.
    if (file.is_deleted() || file.is_link()) continue;
    if (file.is_open() && file.unread_bytes() == 0 && file.is_spent(assembler_)) file.close();
  }
}

LogFileSet::Deleted LogFileSet::deleted() const {
  Deleted deleted;
  for (const TailedFile& file : files_) {
    if (!file.is_deleted()) continue;
    deleted.bytes += file.deleted_bytes();
    deleted.oldest_ns = std::min(deleted.oldest_ns, file.modified_ns());
  }
  return deleted;
}

LogFileSet::Released LogFileSet::release_oldest_deleted(std::span<char> buffer) {
  auto oldest = files_.end();
  for (auto file = files_.begin(); file != files_.end(); ++file) {
    if (!file->is_deleted()) continue;
    if (oldest == files_.end() || file->modified_ns() < oldest->modified_ns()) oldest = file;
  }
  if (oldest == files_.end()) return {};
  Released released{.bytes = oldest->deleted_bytes(), .lines = oldest->count_unread_lines(buffer)};
  oldest->close();  // where it has an archive, reading continues in that
  if (!oldest->is_gzip()) files_.erase(oldest);
  return released;
}

}  // namespace headgate::collect
