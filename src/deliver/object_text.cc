#include "deliver/object_text.h"

namespace headgate::deliver {

Codec codec_of_name(const ObjectKey& key) {
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    if (key.view().ends_with(suffix_of(codec))) return codec;
  }
  return Codec::None;
}

ObjectText::ObjectText(const ObjectKey& key, ByteSource& object)
    : named_(codec_of_name(key)), plain_(object, {}) {}

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
