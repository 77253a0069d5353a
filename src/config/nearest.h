// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headgate::config {

// Insertions, deletions and replacements of one character, and swaps of two neighbours, that make `right` of
// `left` (optimal string alignment). For short texts: time and memory grow with the product of the lengths.
std::size_t edit_distance(std::string_view left, std::string_view right);

// The candidate closest to `wrong`, the first of several; "" when none is close: about a quarter of the
// characters may differ. A candidate's last part, after its last dot, is compared too: a key written without
// its section.
std::string nearest(std::string_view wrong, const std::vector<std::string>& candidates);

}  // namespace headgate::config
