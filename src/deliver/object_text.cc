#include "deliver/object_text.h"

#include <algorithm>
#include <limits>

namespace headgate::deliver {

Codec codec_of_name(const ObjectKey& key) {
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    if (key.view().ends_with(suffix_of(codec))) return codec;
  }
  return Codec::None;
}

std::uint64_t Decompression::bytes_max(std::uint64_t stored_bytes) const {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t ratio = std::max<std::uint64_t>(ratio_max, 1);
  const std::uint64_t by_ratio = stored_bytes > kMost / ratio ? kMost : stored_bytes * ratio;
  return std::max(by_ratio, bytes_always);
}

ObjectText::ObjectText(const ObjectKey& key, ObjectReader& object, const Decompression& limits)
    : named_(codec_of_name(key)),
      plain_(object, {.bytes_out_max = limits.bytes_max(object.info().bytes),
                      .limit_name = "process.decompression_ratio_max"}) {}

Result<std::size_t> ObjectText::read(std::span<char> into) {
  const std::size_t bytes = TRY(plain_.read(into));
  if (is_judged_ || bytes == 0) return bytes;
  is_judged_ = true;
  const bool looks_like_json = into[0] == '{' || into[0] == '[';
  if (named_ != Codec::None && plain_.codec() == Codec::None && !looks_like_json) {
    return Error{Fault::Invalid, "is not " + std::string(name_of(named_)) + ", as its name says"};
  }
  return bytes;
}

}  // namespace headgate::deliver
