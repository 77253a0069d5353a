// What the collector does at its limits: open files, deleted files, files behind links, a full spool.
// Tests: tests/sim/open_files_test.cc, tests/sim/held_bytes_test.cc
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "collect/collector.h"

namespace headgate::collect {
namespace {

constexpr SteadyTime kWhenChanged = SteadyTime::max();

}  // namespace

// Files are closed before the limit is reached, because new ones can come at any time.
void Collector::bound_open_files() {
  for (auto& [id, followed] : follower_.containers()) count_open(followed);  // sealing closes files too
  const std::size_t wanted_max = options_.open_files_max - options_.open_files_max / 10;
  if (open_files_ > wanted_max && said_.happened("open files", measured_at_)) {
    log::warn("open_files_limit_reached",
              "There are more log files than may be open, so idle ones are closed and new ones wait. Raise "
              "the limit (ulimit -n, LimitNOFILE).",
              {{"open", open_files_}, {"open_max", options_.open_files_max}});
  }
  for (auto& [id, followed] : follower_.containers()) {
    if (open_files_ <= wanted_max) break;
    if (followed.read_at != kWhenChanged) continue;
    followed.tail->files().close_spent();
    count_open(followed);
  }
}

// A deleted file uses the disk while we hold it open. The node matters more than lines: files that were
// written longest ago are closed, and their unread lines are counted as lost.
void Collector::bound_deleted(SteadyTime now) {
  std::uint64_t held = 0;
  for (const auto& [id, followed] : follower_.containers()) held += followed.tail->files().deleted().bytes;
  std::uint64_t over = held > options_.deleted_bytes_max ? held - options_.deleted_bytes_max : 0;
  if (held > 0) {
    const Result<std::uint64_t> free = deps_.logs().free_bytes(options_.pod_logs);
    if (free.ok() && *free < options_.spool_free_bytes_min)
      over = std::max(over, options_.spool_free_bytes_min - *free);
  }
  Follower::Containers& containers = follower_.containers();
  std::uint64_t lines = 0;
  while (over > 0 && held > 0) {
    const auto oldest =
        std::min_element(containers.begin(), containers.end(), [](const auto& left, const auto& right) {
          return left.second.tail->files().deleted().oldest_ns <
                 right.second.tail->files().deleted().oldest_ns;
        });
    Followed& followed = oldest->second;
    const LogFileSet::Released released = followed.tail->files().release_oldest_deleted(buffer_);
    count_open(followed);
    lines += released.lines;
    if (released.bytes == 0 && followed.tail->files().deleted().bytes == 0) break;
    over -= std::min(over, released.bytes);
    held -= std::min(held, released.bytes);
  }
  meters_.deleted_bytes.set(static_cast<double>(held));
  meters_.dropped.add(lines);
  lines_let_go_ += lines;
  if (lines == 0 || !said_.happened("deleted files", now)) return;
  log::error("deleted_log_files_lost",
             "Log files that were deleted before they could be read were closed for want of space, so their "
             "lines are lost. Find out why the spool is not emptied, or raise collect.deleted_bytes_max.",
             {{"lines", std::exchange(lines_let_go_, 0)}, {"still_held_bytes", held}});
}

// Rotations behind a link cannot be watched, and whoever rotates decides how many files are kept.
void Collector::note_lost_behind_links(const Followed& followed, const LostBehindLink& lost, SteadyTime now) {
  if (lost.files == 0) return;
  meters_.link_files_lost.add(lost.files);
  meters_.link_bytes_lost.add(lost.bytes);
  lost_behind_links_.files += lost.files;
  lost_behind_links_.bytes += lost.bytes;
  if (!said_.happened("behind links", now)) return;
  const LostBehindLink since = std::exchange(lost_behind_links_, {});
  log::error("rotated_log_files_missed",
             "Log files behind links were rotated more than once between two scans, so lines of the files in "
             "between may be lost. Lower collect.scan_interval, or let the runtime keep larger files.",
             {{"files", since.files}, {"bytes", since.bytes}, {"example", followed.directory}});
}

// Files are created and deleted while the spool is full, and only an open file outlives its name.
void Collector::look_while_full(SteadyTime now) {
  next_scan_at_ = std::min(next_scan_at_, scanned_at_ + options_.scan_interval);
  for (auto& [id, followed] : follower_.containers()) {
    if (followed.look_at <= now) look_again(id, followed, now);
  }
}

}  // namespace headgate::collect
