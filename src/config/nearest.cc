#include "config/nearest.h"

#include <algorithm>

namespace headgate::config {

namespace {

constexpr std::size_t kLengthMax = 100;  // no key is as long; what is gets no suggestion

std::string_view last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> table((left.size() + 1) * width);
  for (std::size_t row = 0; row <= left.size(); ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      std::size_t& cell = table[row * width + column];
      if (row == 0 || column == 0) {
        cell = row + column;
        continue;
      }
      const bool is_same = left[row - 1] == right[column - 1];
      cell = std::min({table[(row - 1) * width + column] + 1, table[row * width + column - 1] + 1,
                       table[(row - 1) * width + column - 1] + (is_same ? 0 : 1)});
      const bool is_swap =
          row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
      if (is_swap) cell = std::min(cell, table[(row - 2) * width + column - 2] + 1);
    }
  }
  return table.back();
}

std::string nearest(std::string_view wrong, const std::vector<std::string>& candidates) {
  if (wrong.size() > kLengthMax) return "";
  std::string best;
  std::size_t best_distance = 2 + wrong.size() / 4;  // not as far
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wrong, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty()) return best;
  for (const std::string& candidate : candidates) {
    if (last_part(wrong).size() > 3 && edit_distance(last_part(wrong), last_part(candidate)) <= 1)
      return candidate;
  }
  return "";
}

}  // namespace headgate::config
