// How many messages a worker may take: by the bytes of the objects they stand for, not by a fixed number.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headgate::process {

// One thread at a time. Pure.
class Room {
 public:
  struct Options {
    std::uint64_t bytes_max = 256ULL << 20U;  // of objects, as stored, that are held at once
    std::size_t messages_max = 256;
  };
  explicit Room(Options options) : options_(options) {}

  // Messages to ask for, at most `count_max`; by the size of those that came lately. One at least when
  // nothing is held: an object over the limit has to be taken too.
  std::size_t count(std::size_t count_max) const;
  void take(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);
  std::size_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  const Options options_;
  std::size_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  double average_bytes_ = 1U << 20U;  // of a message, moving
};

}  // namespace headgate::process
