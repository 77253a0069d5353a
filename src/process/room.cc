#include "process/room.h"

#include <algorithm>

#include "base/check.h"

namespace headgate::process {

std::size_t Room::count(std::size_t count_max) const {
  if (messages_ >= options_.messages_max) return 0;
  const std::size_t least = messages_ == 0 ? 1 : 0;
  if (bytes_ >= options_.bytes_max) return least;
  const double fit = static_cast<double>(options_.bytes_max - bytes_) / std::max(average_bytes_, 1.0);
  const std::size_t by_bytes =
      fit >= static_cast<double>(count_max) ? count_max : static_cast<std::size_t>(fit);
  return std::max(least, std::min({count_max, by_bytes, options_.messages_max - messages_}));
}

void Room::take(std::uint64_t bytes) {
  constexpr double kWeight = 0.1;
  average_bytes_ += kWeight * (static_cast<double>(bytes) - average_bytes_);
  ++messages_;
  bytes_ += bytes;
}

void Room::give_back(std::uint64_t bytes) {
  CHECK(messages_ > 0 && bytes_ >= bytes);
  --messages_;
  bytes_ -= bytes;
}

}  // namespace headgate::process
