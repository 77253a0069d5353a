// The line of each field of each row in a document, for error messages. Rows are checked after they were
// read, when their lines are no longer known; this looks the lines up again.
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

// For a mapping, or a sequence of mappings in their order. Empty for anything else.
std::vector<RowLines> field_lines(std::string_view document);

}  // namespace headgate::cli
