#include "cli/tenant_document.h"

#include <set>
#include <utility>

#include "base/json_text.h"
#include "cli/field_lines.h"

namespace headgate::cli {

namespace {

// Text of a stranger, fit for a terminal.
std::string shown(const std::string& text) {
  std::string quoted = json_text(text);
  return quoted.size() == text.size() + 2 && !text.empty() ? text : quoted;
}

}  // namespace

std::string row_name(const TenantId& tenant, const DestinationName& type) {
  if (tenant.empty() || type.empty()) return shown(tenant.str() + type.str());
  return shown(tenant.str()) + " " + shown(type.str());
}

std::string in_words(const TenantConfiguration& row, const FieldProblem& problem) {
  const std::string words = problem.field + ": " + problem.what;
  return row.tenant.empty() && row.type.empty() ? words : row_name(row.tenant, row.type) + ": " + words;
}

Result<TenantDocument> read_tenant_document(std::string_view text, const std::string& name,
                                            const tenants::Rules& rules, const CompleteRow& complete) {
  TenantDocument document;
  Result<std::vector<ReadConfiguration>> read = read_tenant_configurations(text);
  if (!read.ok()) {
    document.problems.push_back(name + ": " + read.error().what);
    return document;
  }
  const std::vector<RowLines> lines = field_lines(text);
  tenants::Rules making = rules;
  making.is_being_made = true;
  std::set<std::pair<TenantId, DestinationName>> seen;
  std::size_t index = 0;
  for (ReadConfiguration& one : *read) {
    TenantConfiguration& row = one.configuration;
    const RowLines row_lines = index < lines.size() ? lines[index] : RowLines{};
    ++index;
    const auto complain = [&](const FieldProblem& problem) {
      const int line = problem.line > 0 ? problem.line : row_lines.of(problem.field);
      document.problems.push_back(name + (line > 0 ? ":" + std::to_string(line) : "") + ": " +
                                  in_words(row, problem));
    };
    std::set<std::string> unreadable;  // fields that were left empty because of it: no second complaint
    for (const FieldProblem& problem : one.problems) {
      complain(problem);
      unreadable.insert(problem.field);
    }
    const bool has_key = !row.tenant.empty() && !row.type.empty();
    if (has_key && !seen.emplace(row.tenant, row.type).second)
      complain({.field = "type", .what = "the same tenant and type are there twice"});
    if (has_key) TRY(complete(row));
    for (const FieldProblem& problem : tenants::validate(row, making)) {
      if (!unreadable.contains(problem.field)) complain(problem);
    }
    document.rows.push_back(std::move(row));
  }
  return document;
}

}  // namespace headgate::cli
