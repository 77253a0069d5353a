// A valid configuration contains nothing that AWS or a file system would misunderstand.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tenants/validate.h"

namespace {

using headgate::TenantConfiguration;

// The next line of the input.
std::string take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

TenantConfiguration row_of(std::string_view rest) {
  TenantConfiguration row;
  row.tenant = headgate::TenantId(take_line(rest));
  row.type = headgate::DestinationName(take_line(rest));
  row.target_region = take_line(rest);
  row.account_id = take_line(rest);
  row.log_distribution_role_arn = take_line(rest);
  row.external_id = take_line(rest);
  row.log_group_name = take_line(rest);
  row.log_stream_name = take_line(rest);
  row.bucket_name = take_line(rest);
  row.bucket_prefix = take_line(rest);
  while (!rest.empty()) row.desired_logs.push_back(take_line(rest));
  return row;
}

void check_valid(const TenantConfiguration& row) {
  const auto is_segment = [](const std::string& text) {
    return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos;
  };
  CHECK(is_segment(row.tenant.str()));
  CHECK(row.log_group_name.empty() != row.bucket_name.empty());
  CHECK(row.bucket_name.empty() || is_segment(row.bucket_name));
  CHECK(("/" + row.bucket_prefix + "/").find("/../") == std::string::npos);
  CHECK(row.log_distribution_role_arn.find(row.account_id) != std::string::npos ||
        row.log_distribution_role_arn.empty());
  CHECK(row.account_id.size() == 12);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate::tenants;
  const TenantConfiguration row = row_of({reinterpret_cast<const char*>(data), size});
  const Rules rules{.backend = Backend::Aws, .central_buckets = {}};
  const auto problems = validate(row, rules);
  for (const auto& problem : problems) CHECK(!problem.field.empty() && !problem.what.empty());
  if (problems.empty()) check_valid(row);
  return 0;
}
