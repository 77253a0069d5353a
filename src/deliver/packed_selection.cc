#include "deliver/packed_selection.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "model/compression/checksum.h"

namespace headgate::deliver {

PackedSelection select(const ObjectIndex& index, const WantsApplication& wants) {
  // Where each wanted source stands among those of the selection; empty when it is not wanted.
  std::vector<std::optional<std::size_t>> selected(index.sources.size());
  PackedSelection selection;
  for (std::size_t source = 0; source < index.sources.size(); ++source) {
    if (!wants(index.sources[source].application)) continue;
    selected[source] = selection.index.sources.size();
    selection.index.sources.push_back(index.sources[source]);
  }
  std::uint64_t first = 0;
  for (const IndexedMember& member : index.members) {
    const ByteRange range{.first = first, .bytes = member.bytes};
    first += member.bytes;
    if (!selected[member.source]) {
      selection.lines_left += member.lines;
      continue;
    }
    selection.lines += member.lines;
    selection.index.members.push_back(member);
    selection.index.members.back().source = *selected[member.source];
    std::vector<ByteRange>& ranges = selection.ranges;
    if (!ranges.empty() && ranges.back().first + ranges.back().bytes == range.first) {
      ranges.back().bytes += range.bytes;
    } else {
      ranges.push_back(range);
    }
  }
  return selection;
}

std::uint64_t fingerprint_of(const PackedSelection& selection) {
  std::string text;
  for (const ByteRange& range : selection.ranges) text += fmt::format("{}+{};", range.first, range.bytes);
  return fnv1a_64(text);
}

std::vector<ByteRange> reads_of(const std::vector<ByteRange>& ranges, std::uint64_t gap_bytes_max) {
  std::vector<ByteRange> reads;
  for (const ByteRange& range : ranges) {
    if (!reads.empty() && range.first - (reads.back().first + reads.back().bytes) <= gap_bytes_max) {
      reads.back().bytes = range.first + range.bytes - reads.back().first;
    } else {
      reads.push_back(range);
    }
  }
  return reads;
}

}  // namespace headgate::deliver
