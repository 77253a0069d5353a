// What a destination that wants some applications gets of a packed object: which bytes, and the index of what
// they make. Pure.
// Tests: tests/sim/packed_delivery_test.cc
#pragma once

#include <cstdint>
#include <vector>

#include "deliver/delivery.h"
#include "model/object_index.h"
#include "ports/object_store.h"

namespace headgate::deliver {

struct PackedSelection {
  std::vector<ByteRange> ranges;  // ascending; those that touch are one
  ObjectIndex index;              // of the bytes in `ranges`, put together
  std::uint64_t lines = 0;        // selected
  std::uint64_t lines_left = 0;   // not selected
};

PackedSelection select(const ObjectIndex& index, const WantsApplication& wants);

// Of which bytes were selected, whatever was asked for: the same bytes have the same fingerprint.
std::uint64_t fingerprint_of(const PackedSelection& selection);

// `ranges` as few reads: ranges whose gap is at most `gap_bytes_max` are asked for as one, and what is
// between them is read and dropped. Ascending ranges.
std::vector<ByteRange> reads_of(const std::vector<ByteRange>& ranges, std::uint64_t gap_bytes_max);

}  // namespace headgate::deliver
