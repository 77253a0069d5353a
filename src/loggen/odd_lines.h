// Lines that break careless readers: what programs really print when they crash, draw progress bars or log
// what a client sent.
// Tests: src/loggen/generator_test.cc
#pragma once

#include <span>
#include <string_view>

namespace headgate::loggen {

// Patterns as in line_template.h, without <text>. Those without <seq> (empty, blanks) have no number. None
// holds a newline. They live for ever.
std::span<const std::string_view> odd_patterns();

}  // namespace headgate::loggen
