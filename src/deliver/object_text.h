// The text of an object, decompressed: by what its bytes are, and with a word on what its name says they are.
#pragma once

#include "base/byte_source.h"
#include "base/result.h"
#include "model/codec.h"
#include "model/compressed_reader.h"
#include "model/names.h"

namespace headgate::deliver {

// One thread. The bytes decide: a gzip object named .json is read as gzip, and JSON named .json.gz as JSON.
// But bytes of no known kind whose name says gzip or zstd are damaged (Fault::Invalid), not text: they would
// reach the tenant as lines.
class ObjectText : public ByteSource {
 public:
  ObjectText(const ObjectKey& key, ByteSource& object);
  Result<std::size_t> read(std::span<char> into) override;

 private:
  const Codec named_;
  CompressedReader plain_;
  bool is_judged_ = false;
};

// What a key's ending says.
Codec codec_of_name(const ObjectKey& key);

}  // namespace headgate::deliver
