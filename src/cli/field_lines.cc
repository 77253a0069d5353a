#include "cli/field_lines.h"

#include <yaml-cpp/yaml.h>

namespace headgate::cli {

namespace {

int line_of(const YAML::Node& node) {
  return node.Mark().line >= 0 ? node.Mark().line + 1 : 0;
}

RowLines lines_of_row(const YAML::Node& row) {
  RowLines lines{.first = line_of(row), .fields = {}};
  if (!row.IsMap()) return lines;
  for (const auto& pair : row) {
    if (pair.first.IsScalar()) lines.fields.emplace(pair.first.Scalar(), line_of(pair.first));
  }
  return lines;
}

}  // namespace

int RowLines::of(const std::string& field) const {
  const auto found = fields.find(field);
  return found == fields.end() ? first : found->second;
}

std::vector<RowLines> field_lines(std::string_view document) {
  std::vector<RowLines> rows;
  try {
    const YAML::Node root = YAML::Load(std::string(document));
    if (root.IsMap()) rows.push_back(lines_of_row(root));
    if (root.IsSequence()) {
      for (const YAML::Node& row : root) rows.push_back(lines_of_row(row));
    }
  } catch (const YAML::Exception&) {
    rows.clear();  // whoever reads the document for its content says what is wrong with it
  }
  return rows;
}

}  // namespace headgate::cli
