// Finds where the elements of a JSON array end, without holding the array: for arrays that are longer than a
// line may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate {

// One thread. Looks at brackets and strings only; whether an element is sound its parser says.
class ArrayScan {
 public:
  // `text` goes on where the text of the call before ended, or begins an element. The position of the comma
  // or bracket that ends the element, or npos: it does not end in this text.
  std::size_t find_end(std::string_view text);
  // The next text begins an element.
  void begin_element() { *this = ArrayScan(); }

 private:
  std::uint64_t depth_ = 0;
  bool is_in_string_ = false;
  bool is_escaped_ = false;  // the last byte was a backslash in a string
};

// Whether a text that begins so is the beginning of an array of JSON values, and hardly anything else.
bool begins_array(std::string_view text);

}  // namespace headgate
