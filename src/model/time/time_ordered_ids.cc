#include "model/time/time_ordered_ids.h"

#include <algorithm>

namespace headgate {
namespace {

constexpr unsigned kFractionBits = 12;
constexpr std::uint64_t kTicksMax = (1ULL << 60U) - 1;  // 48 bits of milliseconds, 12 of their fraction

std::uint64_t ticks_of(Timestamp at) {
  constexpr std::uint64_t kNanosecondsPerMillisecond = 1'000'000;
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(at.nanoseconds, 0));
  const std::uint64_t milliseconds = nanoseconds / kNanosecondsPerMillisecond;
  const std::uint64_t rest = nanoseconds % kNanosecondsPerMillisecond;
  return (milliseconds << kFractionBits) | ((rest << kFractionBits) / kNanosecondsPerMillisecond);
}

}  // namespace

std::string TimeOrderedIds::next(Timestamp now, std::uint64_t random) {
  last_ = std::min(std::max(ticks_of(now), last_ + 1), kTicksMax);
  constexpr std::uint64_t kVersion7 = 7ULL << 12U;
  constexpr std::uint64_t kVariant = 2ULL << 62U;
  constexpr std::uint64_t kFractionMask = (1ULL << kFractionBits) - 1;
  const std::uint64_t high = ((last_ >> kFractionBits) << 16U) | kVersion7 | (last_ & kFractionMask);
  const std::uint64_t low = kVariant | (random >> 2U);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (unsigned nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
    const std::uint64_t half = nibble < 16 ? high : low;
    text.push_back(kHex[(half >> (60U - 4U * (nibble % 16U))) & 0xfU]);
  }
  return text;
}

}  // namespace headgate
