#include "local/content_hash.h"

#include <fmt/format.h>
#include <isa-l/crc64.h>

namespace headgate::local {

void ContentHash::add(std::string_view bytes) {
  // ISA-L inverts the value before and after, so the result of one part is the start of the next.
  value_ = ::crc64_ecma_refl(value_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string ContentHash::hex() const {
  return fmt::format("{:016x}", value_);
}

}  // namespace headgate::local
