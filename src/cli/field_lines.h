// Where in a document each field of each row stands, for words to whoever wrote it. The rows are judged after
// they were read, when their lines are forgotten; this looks them up again.
// Tests: src/cli/tenant_command_test.cc
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::cli {

struct RowLines {
  int first = 0;                      // the row's; 1-based, 0 = unknown
  std::map<std::string, int> fields;  // by field; of a repeated one the first

  int of(const std::string& field) const;  // the row's when the field is not there
};

// Of a mapping, or of a sequence of mappings, in their order. Empty when it is neither.
std::vector<RowLines> field_lines(std::string_view document);

}  // namespace headgate::cli
