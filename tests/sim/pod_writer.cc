#include "sim/pod_writer.h"

#include <algorithm>
#include <utility>

#include "sim/gzipped.h"

namespace headgate::sim {
namespace {

constexpr std::array kStreams{Stream::Stdout, Stream::Stderr};

std::size_t parts_of(const std::string& message) {
  return message.empty() ? 1 : (message.size() - 1) / PodWriter::kRecordBytesMax + 1;
}

}  // namespace

PodWriter::PodWriter(SimDisk& disk, SimClock& clock, const std::string& root, Pod pod, std::uint64_t seed,
                     Stored stored)
    : disk_(disk),
      clock_(clock),
      pod_(std::move(pod)),
      directory_(root + "/" + pod_.namespace_name + "_" + pod_.name + "_0f5c/main"),
      stored_(std::move(stored)),
      random_(seed) {}

void PodWriter::step() {
  if (!unwritten_.empty()) {
    disk_.runtime_append(current(), std::exchange(unwritten_, ""));
    return;
  }
  go_on_after_loss();
  if (is_copied_) return end_copy();
  if (random_.one_in(8)) compress();
  if (random_.one_in(20)) remove_stored();
  if (copying_.empty()) {
    if (random_.one_in(12)) rotate();
    if (random_.one_in(40)) start_anew();
    if (random_.one_in(40)) truncate_stored();
  }
  if (!is_after_loss_ && random_.one_in(copying_.empty() ? 20 : 3)) copy();
  if (is_copied_) return;
  say(random_.one_in(3) ? Stream::Stderr : Stream::Stdout);
}

void PodWriter::say(Stream stream) {
  Open& open = open_[static_cast<std::size_t>(stream)];
  std::string text = pod_.namespace_name + " " + pod_.name + " line " + std::to_string(next_line_++);
  if (pod_.writes_traces && !random_.one_in(3)) text.insert(0, 1, ' ');
  if (random_.one_in(10)) text += std::string(1 + random_.below(300), 'x');
  if (random_.one_in(25)) text.clear();
  const bool is_last = !random_.one_in(4);
  open.is_open = true;
  open.text += text;
  write_piece(stream, text, is_last);
  if (!is_last) return;
  said_[static_cast<std::size_t>(stream)].push_back(std::exchange(open.text, ""));
  open.is_open = false;
  in_file_.push_back({.stream = stream,
                      .end = disk_.bytes_of(current()) + unwritten_.size(),
                      .is_between = !open_[0].is_open && !open_[1].is_open});
}

// Where the clock was set back meanwhile, nothing in the file would tell new lines from those that were lost.
void PodWriter::go_on_after_loss() {
  if (is_after_loss_ && clock_.now() <= last_at_) start_anew();
}

void PodWriter::lose_power() {
  // What is in the middle of something is not lost here: too much could then be right.
  // Nor where the clock was set back within the file: lines of before are then read again.
  if (!is_time_rising_ || open_[0].is_open || open_[1].is_open || !unwritten_.empty() || !copying_.empty() ||
      is_copied_)
    return;
  const std::uint64_t safe = disk_.bytes_written_back(current());
  std::uint64_t left = safe + random_.below(disk_.bytes_of(current()) - safe + 1);
  const bool goes_on = random_.one_in(2);
  if (goes_on) {
    const auto end = std::find_if(in_file_.begin(), in_file_.end(), [&](const InFile& record) {
      return record.end >= left && record.is_between;
    });
    left = end == in_file_.end() ? disk_.bytes_of(current()) : end->end;
  }
  if (disk_.bytes_of(current()) > 0) disk_.runtime_cut(current(), left);
  for (; !in_file_.empty() && in_file_.back().end > left; in_file_.pop_back()) {
    const auto stream = static_cast<std::size_t>(in_file_.back().stream);
    lost_[stream].push_back(std::move(said_[stream].back()));
    said_[stream].pop_back();
  }
  if (!goes_on) start_anew();
  is_after_loss_ = goes_on;
}

std::size_t PodWriter::times_lost(const std::string& message) const {
  const bool is_header =
      message.size() < 45 && message.starts_with(std::string_view("20").substr(0, message.size()));
  std::size_t times = 0;
  for (const std::vector<std::string>& lost : lost_) {
    times += static_cast<std::size_t>(std::count_if(lost.begin(), lost.end(), [&](const std::string& said) {
      return is_header || said.find(message) != std::string::npos;
    }));
  }
  return times;
}

void PodWriter::write_piece(Stream stream, std::string_view text, bool is_last) {
  clock_.advance(std::chrono::nanoseconds{1});  // no two lines of a node have one time
  is_time_rising_ = is_time_rising_ && clock_.now() > last_at_;
  last_at_ = std::max(last_at_, clock_.now());
  std::string line = to_rfc3339(clock_.now());
  line += stream == Stream::Stdout ? " stdout " : " stderr ";
  line += is_last ? "F " : "P ";
  line += text;
  line += "\n";
  // A reader can catch a line half written.
  if (random_.one_in(6)) {
    const std::size_t cut = random_.below(line.size());
    unwritten_ = line.substr(cut);
    line.resize(cut);
  }
  disk_.runtime_append(current(), line);
}

std::array<std::size_t, 2> PodWriter::records_so_far() const {
  std::array<std::size_t, 2> records{};
  for (std::size_t stream = 0; stream < 2; ++stream) {
    records[stream] = said_[stream].size() + (open_[stream].is_open ? 1 : 0);
  }
  return records;
}

void PodWriter::close_current(std::string path, bool is_compressible) {
  written_.push_back(
      {.path = std::move(path), .is_compressible = is_compressible, .records = records_so_far()});
  in_file_.clear();
  is_time_rising_ = true;
  is_after_loss_ = false;
}

std::string PodWriter::next_rotated() {
  char time[32];
  std::snprintf(time, sizeof(time), ".20250830-%06d", static_cast<int>(++rotations_));
  return current() + time;
}

void PodWriter::rotate() {
  const std::string rotated = next_rotated();
  disk_.runtime_rename(current(), rotated);
  close_current(rotated, true);
  disk_.runtime_append(current(), "");
}

// One step of what kubelet does to the oldest file that is not compressed.
void PodWriter::compress() {
  const auto oldest = std::find_if(written_.begin(), written_.end(),
                                   [](const Written& file) { return file.is_compressible && !file.is_gzip; });
  if (oldest == written_.end()) return;
  const std::string bytes = gzipped(disk_.runtime_read(oldest->path));
  const std::string temporary = oldest->path + ".tmp";
  disk_.runtime_remove(temporary);
  disk_.runtime_append(temporary, bytes.substr(0, bytes.size() / 2));
  if (random_.one_in(2)) return;  // interrupted: kubelet begins again
  disk_.runtime_append(temporary, bytes.substr(bytes.size() / 2));
  disk_.runtime_rename(temporary, oldest->path + ".gz");
  if (random_.one_in(2)) return;  // both are there for a while
  disk_.runtime_remove(oldest->path);
  oldest->path += ".gz";
  oldest->is_gzip = true;
}

// The container died and comes again: what it left open will not be completed.
void PodWriter::start_anew() {
  close_current(current(), false);
  for (std::size_t stream = 0; stream < 2; ++stream) {
    if (open_[stream].is_open) said_[stream].push_back(open_[stream].text);
    open_[stream] = {};
  }
  ++restart_;
}

bool PodWriter::is_stored(const std::array<std::size_t, 2>& records) const {
  const std::array<std::size_t, 2> stored = stored_(*this);
  for (std::size_t stream = 0; stream < 2; ++stream) {
    if (said_[stream].size() < records[stream]) return false;
    std::size_t parts = 0;
    for (std::size_t record = 0; record < records[stream]; ++record) parts += parts_of(said_[stream][record]);
    if (stored[stream] < parts + lost_[stream].size() * 3) return false;  // some may be among the stored
  }
  return true;
}

void PodWriter::remove_stored() {
  if (written_.empty() || !is_stored(written_.front().records)) return;
  disk_.runtime_remove(written_.front().path);
  disk_.runtime_remove(written_.front().path + ".gz");
  disk_.runtime_remove(written_.front().path + ".tmp");
  written_.erase(written_.begin());
}

// As copy-truncate does, in steps: lines are written while the copy is made, and none after it until the file
// is truncated, for they would be lost.
void PodWriter::copy() {
  const std::string text = disk_.runtime_read(current());
  if (copying_.empty()) {
    copying_ = next_rotated();
    disk_.runtime_append(copying_, text.substr(0, random_.below(text.size() + 1)));
    return;
  }
  // Whoever made it can be killed: then it is never finished. What is shorter than this is not known by what
  // it says.
  constexpr std::size_t kKnownBytes = 256;
  if (disk_.bytes_of(copying_) >= kKnownBytes && random_.one_in(4)) {
    copying_.clear();
    return;
  }
  disk_.runtime_append(copying_, text.substr(disk_.bytes_of(copying_)));
  is_copied_ = true;
}

void PodWriter::end_copy() {
  if (random_.one_in(2)) return;
  disk_.runtime_truncate(current());
  close_current(std::exchange(copying_, ""), true);
  is_copied_ = false;
}

// The same without a copy. What is open would be lost with its beginning.
void PodWriter::truncate_stored() {
  if (open_[0].is_open || open_[1].is_open || !is_stored(records_so_far())) return;
  if (disk_.bytes_of(current()) == 0) return;
  disk_.runtime_truncate(current());
  in_file_.clear();
  is_after_loss_ = false;
}

void PodWriter::finish() {
  if (!unwritten_.empty()) disk_.runtime_append(current(), std::exchange(unwritten_, ""));
  if (!copying_.empty() && !is_copied_) {
    disk_.runtime_append(copying_, disk_.runtime_read(current()).substr(disk_.bytes_of(copying_)));
    is_copied_ = true;
  }
  while (is_copied_) end_copy();
  go_on_after_loss();
  for (const Stream stream : kStreams) {
    Open& open = open_[static_cast<std::size_t>(stream)];
    if (!open.is_open) continue;
    write_piece(stream, "", true);
    said_[static_cast<std::size_t>(stream)].push_back(std::exchange(open.text, ""));
    open.is_open = false;
    if (!unwritten_.empty()) disk_.runtime_append(current(), std::exchange(unwritten_, ""));
  }
}

}  // namespace headgate::sim
