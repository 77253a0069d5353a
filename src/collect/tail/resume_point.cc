#include "collect/tail/resume_point.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "collect/tail/cri_line.h"

namespace headgate::collect {
namespace {

constexpr std::size_t kReadBytes = 64U << 10U;
constexpr std::size_t kTimeBytesMin = 20;  // 2025-08-30T11:27:01Z
constexpr std::size_t kTimeBytesMax = 35;  // with nanoseconds and an offset

// A whole line that begins within another, after its header: the first one was cut in the middle, and the
// runtime went on behind it.
struct Inner {
  std::size_t at = 0;
  CriLine line;
};
std::optional<Inner> line_within(std::string_view line) {
  for (const std::string_view stream : {" stdout ", " stderr "}) {
    for (std::size_t at = line.find(stream, 1); at != std::string_view::npos;
         at = line.find(stream, at + 1)) {
      for (std::size_t bytes = kTimeBytesMin; bytes <= std::min(kTimeBytesMax, at); ++bytes) {
        if (at == bytes) continue;  // its own header
        const std::optional<CriLine> inner = parse_cri_line(line.substr(at - bytes));
        if (inner) return Inner{.at = at - bytes, .line = *inner};
      }
    }
  }
  return std::nullopt;
}

class Search {
 public:
  explicit Search(const CoveredFile& covered) : covered_(covered) {}
  bool is_done() const { return found_[0] && found_[1]; }
  // `line` is the beginning of one, with all of its header.
  void take(std::uint64_t offset, std::string_view line) {
    const std::size_t hole = std::min(line.find_first_not_of('\0'), line.size());
    line.remove_prefix(hole);
    const std::optional<CriLine> parsed = parse_cri_line(line);
    if (parsed) note(offset, *parsed);
    if (parsed && is_found(parsed->stream)) return;
    if (const std::optional<Inner> inner = line_within(line)) note(offset + hole + inner->at, inner->line);
  }
  FilePosition position(std::uint64_t end) const {
    FilePosition position;
    for (std::size_t stream = 0; stream < found_.size(); ++stream)
      position.streams[stream].offset = found_[stream].value_or(end);
    return position;
  }

 private:
  bool is_found(Stream stream) const { return found_[static_cast<std::size_t>(stream)].has_value(); }
  void note(std::uint64_t offset, const CriLine& line) {
    const auto stream = static_cast<std::size_t>(line.stream);
    const Timestamp until = covered_.until[stream];
    const bool is_step = latest_[stream] > line.at;
    const bool is_new = line.at > until || is_step;
    // What is no line stands for itself before the first one that is.
    if (is_new && !found_[stream]) found_[stream] = is_any_old_ ? offset : 0;
    is_any_old_ = is_any_old_ || !is_new;
    latest_[stream] = line.at;
  }
  const CoveredFile& covered_;
  std::array<std::optional<std::uint64_t>, 2> found_;
  std::array<Timestamp, 2> latest_{};
  bool is_any_old_ = false;
};

}  // namespace

Result<bool> ends_as(ReadableFile& file, const CoveredFile& covered) {
  std::array<char, CoveredFile::kEndBytesMax> bytes;
  const std::size_t wanted = std::min<std::size_t>(covered.end.bytes, bytes.size());
  if (wanted == 0) return TRY(file.stat()).bytes >= covered.end_offset;
  const std::size_t taken = TRY(file.read_at(covered.end_offset - wanted, std::span(bytes).first(wanted)));
  return taken == wanted && Fingerprint::of({bytes.data(), taken}) == covered.end;
}

Result<FilePosition> find_unread(ReadableFile& file, const CoveredFile& covered) {
  std::vector<char> buffer(kReadBytes);
  std::uint64_t offset = 0;  // of what is in the buffer
  std::size_t filled = 0;
  bool is_within_line = false;  // whose header was looked at
  Search search(covered);
  while (!search.is_done()) {
    const std::size_t taken = TRY(file.read_at(offset + filled, std::span(buffer).subspan(filled)));
    filled += taken;
    std::string_view text(buffer.data(), filled);
    while (!text.empty() && !search.is_done()) {
      const std::size_t newline = text.find('\n');
      const bool is_whole = newline != std::string_view::npos;
      if (!is_whole && taken > 0 && text.size() < filled) break;  // more of it comes
      if (!is_within_line) search.take(offset + (filled - text.size()), text.substr(0, newline));
      is_within_line = !is_whole;
      text.remove_prefix(is_whole ? newline + 1 : text.size());
    }
    offset += filled - text.size();
    filled = text.size();
    std::memmove(buffer.data(), text.data(), filled);
    if (taken == 0) break;
  }
  return search.position(offset + filled);
}

}  // namespace headgate::collect
