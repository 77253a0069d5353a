// Memory that a reader of lines keeps from line to line while lines are small.
// Tests: src/model/record_reader_test.cc
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "base/pages.h"
#include "model/large_lines.h"

namespace headgate {

// One thread. What a large line takes is exact, straight from the kernel, and touched only as far as it is
// written to.
class Scratch {
 public:
  // Room for so many bytes, whatever they hold, until the next call or give_back().
  char* room_for(std::size_t bytes) {
    if (bytes > kLargeLineBytes) {
      if (large_.size() < bytes) {
        large_ = Pages();
        large_ = Pages(bytes);
      }
      return large_.data();
    }
    if (bytes_ < bytes) {
      bytes_ = std::min(std::max(bytes, 2 * bytes_), kLargeLineBytes);
      small_ = std::make_unique_for_overwrite<char[]>(bytes_);
    }
    return small_.get();
  }
  void give_back() { large_ = Pages(); }

 private:
  std::unique_ptr<char[]> small_;
  std::size_t bytes_ = 0;
  Pages large_;
};

}  // namespace headgate
