// A message longer than an event may be, in parts: cut between characters, and each marked, so that whoever
// reads them can put them together again. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headgate::deliver {

// What every part ends with: " [headgate: part 2 of 3]".
constexpr std::size_t kPartMarkBytesMax = 64;

class MessageParts {
 public:
  // `bytes_max`: of a part with its mark, more than kPartMarkBytesMax.
  MessageParts(std::string_view message, std::size_t bytes_max);

  // The parts in order, then false. `part` is reused.
  bool next(std::string& part);
  std::uint64_t count() const { return count_; }

 private:
  std::string_view rest_;
  const std::size_t text_bytes_max_;
  std::uint64_t count_ = 0;
  std::uint64_t given_ = 0;
};

}  // namespace headgate::deliver
