// Reads packed objects by their index: which bytes a destination wants, and no others.
// docs/contributing/formats/packed-object.md.
// Tests: tests/sim/packed_delivery_test.cc
#pragma once

#include "base/byte_sink.h"
#include "base/result.h"
#include "deliver/packed_selection.h"
#include "model/object_index.h"
#include "ports/object_store.h"

namespace headgate::deliver {

struct PackedIndex {
  ObjectIndex index;
  Codec codec = Codec::None;
};

// The index of an object as head() described it: one range, two when the index is over 64 KiB. NotFound: it
// has none, or the object is gone. Invalid: the object is damaged.
Result<PackedIndex> read_packed_index(ObjectStore& store, const ObjectInfo& info, Deadline deadline);

struct SelectedObject {
  const ObjectKey& key;
  const PackedSelection& selection;
  Codec codec = Codec::None;
};
// Appends the selected bytes of the object and an index of them: an object like it, of those records only.
// Memory: one piece, and the index. Gives how many bytes it appended.
Result<std::uint64_t> append_selection(ObjectStore& store, const SelectedObject& object, Deadline deadline,
                                       ByteSink& to);

}  // namespace headgate::deliver
