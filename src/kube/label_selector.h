// Selects objects by their labels, in the language of `kubectl -l`.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::kube {

using LabelMap = std::map<std::string, std::string>;

// Requirements that must all hold: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`. An empty selector selects
// everything.
class LabelSelector {
 public:
  static constexpr std::size_t kBytesMax = 4096;
  static constexpr std::size_t kRequirementsMax = 64;

  LabelSelector() = default;
  // Fault::Invalid, with the position of the first wrong byte.
  static Result<LabelSelector> parse(std::string_view text);

  bool matches(const LabelMap& labels) const;
  bool selects_everything() const { return requirements_.empty(); }
  const std::string& text() const { return text_; }  // as it was written

 private:
  enum class Operator : std::uint8_t { In, NotIn, Exists, Absent, Greater, Less };
  struct Requirement {
    std::string key;
    Operator op = Operator::Exists;
    std::vector<std::string> values;
    std::int64_t number = 0;  // for Greater and Less
  };
  class Reader;
  static bool holds(const Requirement& requirement, const LabelMap& labels);

  std::string text_;
  std::vector<Requirement> requirements_;
};

}  // namespace headgate::kube
