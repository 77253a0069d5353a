// A member that decompresses to nothing and carries bytes of ours: every reader of gzip and zstd steps over
// it.
// Tests: src/model/object_index_test.cc
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/compression/codec.h"

namespace headgate {

// How much one member carries: a gzip extra field's length has 16 bits, and a subfield's head is four bytes.
// For zstd, whose frames could hold 4 GiB, it is the same.
constexpr std::size_t kEmptyMemberPayloadMax = 65'531;

// gzip: an empty member with `payload` in its extra field, as the one subfield "HG" (RFC 1952, 2.3.1.1).
// zstd: a skippable frame of "HG" and `payload` (RFC 8878, 3.1.2). There is none for Codec::None.
void append_empty_member(std::string& to, Codec codec, std::string_view payload);
// The bytes of a member around its payload, before and behind.
std::size_t empty_member_head_bytes(Codec codec);
std::size_t empty_member_end_bytes(Codec codec);

// Takes such a member off the front of `bytes` and gives its payload: a view into them. Nothing is taken when
// they do not begin with one exactly as append_empty_member() writes it.
std::optional<std::string_view> take_empty_member(std::string_view& bytes, Codec codec);

}  // namespace headgate
