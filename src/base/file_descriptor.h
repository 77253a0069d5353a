// An owned file descriptor: closed when it goes, moved never copied.
#pragma once

#include <string_view>
#include <utility>

namespace headgate {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      close();
      descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close(); }

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  void close();
  // Gives the descriptor to someone else, who closes it.
  [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_ = -1;
};

// Writes all of `bytes`, with further calls where the system took only a part or was interrupted by a signal.
// Returns 0, or the errno that ended it: then a part may have been written. Sets no errno.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes) noexcept;

}  // namespace headgate
