#include "deliver/packed_delivery.h"

#include <algorithm>
#include <array>
#include <memory>

namespace headgate::deliver {
namespace {

constexpr std::size_t kPieceBytes = 64U << 10U;
// What is asked for at first: most indexes are shorter.
constexpr std::uint64_t kFirstTailBytes = 64U << 10U;
// A request takes as long as reading about a megabyte, and costs as much.
constexpr std::uint64_t kGapBytesMax = 1U << 20U;

Error too_little() {
  return blame_us({Fault::Retry, "gave less than was asked for"}, "central store");
}

Result<std::string> read_range(ObjectStore& store, const ObjectKey& key, ByteRange range, Deadline deadline) {
  const std::unique_ptr<ObjectReader> reader = TRY(store.open_reader(key, range, deadline));
  std::string bytes(range.bytes, '\0');
  for (std::size_t filled = 0; filled < bytes.size();) {
    const std::size_t count = TRY(reader->read({bytes.data() + filled, bytes.size() - filled}));
    if (count == 0) return too_little();
    filled += count;
  }
  return bytes;
}

// Passes on what lies in ascending ranges of a stream that begins anywhere before them.
class RangeFilter {
 public:
  RangeFilter(const std::vector<ByteRange>& ranges, ByteSink& to) : ranges_(ranges), to_(to) {}

  // `bytes` stand at `first` of the object.
  Result<> take(std::uint64_t first, std::string_view bytes) {
    const std::uint64_t end = first + bytes.size();
    while (at_ < ranges_.size() && ranges_[at_].first < end) {
      const ByteRange& range = ranges_[at_];
      const std::uint64_t from = std::max(first, range.first);
      const std::uint64_t until = std::min(end, range.first + range.bytes);
      TRY(to_.append(bytes.substr(from - first, until - from)));
      if (until < range.first + range.bytes) break;
      ++at_;
    }
    return {};
  }
  bool is_done() const { return at_ == ranges_.size(); }

 private:
  const std::vector<ByteRange>& ranges_;
  ByteSink& to_;
  std::size_t at_ = 0;
};

}  // namespace

Result<PackedIndex> read_packed_index(ObjectStore& store, const ObjectInfo& info, Deadline deadline) {
  const std::uint64_t tail_bytes = std::min(info.bytes, kFirstTailBytes);
  const std::uint64_t tail_first = info.bytes - tail_bytes;
  const std::string tail =
      TRY(read_range(store, info.key, {.first = tail_first, .bytes = tail_bytes}, deadline));
  const IndexPlace place = TRY(find_index(tail, info.bytes));
  if (place.first >= tail_first) {
    const std::string_view members = std::string_view(tail).substr(place.first - tail_first);
    return PackedIndex{.index = TRY(read_index(members, place)), .codec = place.codec};
  }
  const std::string before =
      TRY(read_range(store, info.key, {.first = place.first, .bytes = tail_first - place.first}, deadline));
  return PackedIndex{.index = TRY(read_index(before + tail, place)), .codec = place.codec};
}

Result<std::uint64_t> append_selection(ObjectStore& store, const SelectedObject& object, Deadline deadline,
                                       ByteSink& to) {
  const std::string index = TRY(index_members(object.selection.index, object.codec));
  RangeFilter filter(object.selection.ranges, to);
  std::array<char, kPieceBytes> piece;
  for (const ByteRange& range : reads_of(object.selection.ranges, kGapBytesMax)) {
    const std::unique_ptr<ObjectReader> reader = TRY(store.open_reader(object.key, range, deadline));
    std::uint64_t first = range.first;
    for (;;) {
      const std::size_t bytes = TRY(reader->read(piece));
      if (bytes == 0) break;
      TRY(filter.take(first, std::string_view(piece.data(), bytes)));
      first += bytes;
    }
    if (first != range.first + range.bytes) return too_little();
  }
  CHECK(filter.is_done());
  TRY(to.append(index));
  return object.selection.index.bytes() + index.size();
}

}  // namespace headgate::deliver
