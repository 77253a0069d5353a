#include "cli/tenant_output.h"

#include <algorithm>
#include <array>

#include "base/json_text.h"

namespace headgate::cli {

namespace {

constexpr std::size_t kColumns = 7;
using Line = std::array<std::string, kColumns>;

// Text of a stranger as one word that cannot drive the terminal.
std::string cell(const std::string& text) {
  if (text.empty()) return "-";
  std::string quoted = json_text(text);
  return quoted.size() == text.size() + 2 && text.find(' ') == std::string::npos ? text : quoted;
}

std::string state_of(const StoredConfiguration& row, Timestamp now) {
  if (!row.undecodable.empty()) return "unreadable";
  if (!row.configuration.enabled) return "disabled";
  return row.configuration.ttl && *row.configuration.ttl <= now.seconds() ? "expired" : "enabled";
}

Line line_of(const StoredConfiguration& row, Timestamp now) {
  const TenantConfiguration& configuration = row.configuration;
  const bool is_s3 = kind_of(configuration.type) == DestinationKind::S3;
  const std::string bucket = configuration.bucket_name + (configuration.bucket_prefix.empty() ? "" : "/");
  std::string wanted;
  for (const std::string& name : configuration.desired_logs) wanted += (wanted.empty() ? "" : ",") + name;
  for (const std::string& name : configuration.groups) wanted += (wanted.empty() ? "" : ",") + name;
  return {cell(configuration.tenant.str()),
          cell(configuration.type.str()),
          state_of(row, now),
          cell(configuration.target_region),
          cell(is_s3 ? bucket + configuration.bucket_prefix : configuration.log_group_name),
          wanted.empty() ? "all" : cell(wanted),
          std::to_string(configuration.version)};
}

std::string table_of(const std::vector<StoredConfiguration>& rows, Timestamp now) {
  std::vector<Line> lines{{"TENANT", "TYPE", "STATE", "REGION", "DESTINATION", "LOGS", "VERSION"}};
  for (const StoredConfiguration& row : rows) lines.push_back(line_of(row, now));
  std::array<std::size_t, kColumns> widths{};
  for (const Line& line : lines) {
    for (std::size_t column = 0; column < kColumns; ++column)
      widths[column] = std::max(widths[column], line[column].size());
  }
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t column = 0; column + 1 < kColumns; ++column)
      text += line[column] + std::string(widths[column] - line[column].size() + 2, ' ');
    text += line.back() + "\n";
  }
  return text;
}

// A mapping as an entry of a sequence: its first line after "- ", the others below it.
std::string as_entry(const std::string& mapping) {
  std::string text;
  std::string_view before = "- ";
  for (std::size_t from = 0; from < mapping.size();) {
    const std::size_t end = std::min(mapping.find('\n', from), mapping.size());
    text += before;
    text.append(mapping, from, end - from);
    text.push_back('\n');
    before = "  ";
    from = end + 1;
  }
  return text;
}

}  // namespace

std::string tenant_text(const std::vector<StoredConfiguration>& rows, TenantFormat format, Timestamp now) {
  if (format == TenantFormat::Table) return table_of(rows, now);
  const bool is_json = format == TenantFormat::Json;
  std::string text;
  for (const StoredConfiguration& row : rows) {
    if (!row.undecodable.empty()) continue;
    if (is_json) {
      text += (text.empty() ? "" : ",\n") + to_json(row.configuration);
    } else {
      text += as_entry(to_yaml(row.configuration));
    }
  }
  if (is_json) return "[" + text + "]\n";
  return text.empty() ? "[]\n" : text;
}

}  // namespace headgate::cli
