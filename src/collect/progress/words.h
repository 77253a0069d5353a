// The line format of our own small files (spool manifests, checkpoints): words between single blanks.
// Tests: src/collect/progress/batch_manifest_test.cc
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/number.h"
#include "base/result.h"

namespace headgate::collect {

// Takes the next word off `line`.
Result<std::string_view> take_word(std::string_view& line);

template <std::integral Number>
Result<Number> take_number(std::string_view& line) {
  const std::optional<Number> number = parse_number<Number>(TRY(take_word(line)));
  if (!number) return Error{Fault::Invalid, "not a number"};
  return *number;
}

// Takes the next line off `text`, without its newline; an unterminated one is Fault::Invalid.
Result<std::string_view> take_line(std::string_view& text);

// Any bytes as one word: blanks, control bytes and % become %XX; nothing becomes a lone %.
void append_word(std::string& text, std::string_view word);
Result<std::string> decode_word(std::string_view word);

}  // namespace headgate::collect
