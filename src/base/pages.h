// Memory straight from the kernel, for buffers of some KiB that come and go by the hundred: it is given back
// at once and whole. From the heap they leave holes that small, lasting things settle in, and the process
// grows.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace headgate {

// Owns whole pages, zeroed at first; none by default. Movable.
class Pages {
 public:
  Pages() = default;
  // At least `bytes`, which is not 0. Aborts when there is no memory, as the heap does.
  explicit Pages(std::size_t bytes);
  ~Pages();
  Pages(Pages&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Pages& operator=(Pages&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  char* data() { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::span<char> bytes_;
};

}  // namespace headgate
