// The text of an object, decompressed: by what its bytes are, and with a word on what its name says they are.
#pragma once

#include <cstdint>

#include "base/byte_source.h"
#include "base/result.h"
#include "model/compression/codec.h"
#include "model/compression/compressed_reader.h"
#include "model/names.h"
#include "ports/object_store.h"

namespace headgate::deliver {

// How much an object may become: one that becomes more is not read further (Fault::Invalid), so that its
// delivery is parked with that reason and holds up nobody.
struct Decompression {
  std::uint64_t ratio_max = 200;               // of what is stored
  std::uint64_t bytes_always = 256ULL << 20U;  // whatever the ratio
  std::uint64_t bytes_max(std::uint64_t stored_bytes) const;
};

// One thread. The bytes decide: a gzip object named .json is read as gzip, and JSON named .json.gz as JSON.
// But bytes of no known kind whose name says gzip or zstd are damaged (Fault::Invalid), not text: they would
// reach the tenant as lines.
class ObjectText : public ByteSource {
 public:
  ObjectText(const ObjectKey& key, ObjectReader& object, const Decompression& limits);
  Result<std::size_t> read(std::span<char> into) override;
  // The error was the limit on decompression: more can be read once it is raised, so what stands before it is
  // not all that will ever come.
  bool is_over_limit() const { return plain_.is_over_limit(); }

 private:
  const Codec named_;
  CompressedReader plain_;
  bool is_judged_ = false;
};

// What a key's ending says.
Codec codec_of_name(const ObjectKey& key);

}  // namespace headgate::deliver
