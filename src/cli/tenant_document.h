// Tenant configurations as someone wrote them: read, completed and judged as a whole, before any is stored.
// Tests: src/cli/tenant_command_test.cc
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/tenant_configuration.h"
#include "ports/tenant_store.h"
#include "tenants/validate.h"

namespace headgate::cli {

constexpr std::size_t kTenantDocumentBytesMax = 1'048'576;

// Gives a row what it lacks before it is judged: an error is the store's.
using CompleteRow = std::function<Result<>(TenantConfiguration& row)>;

struct TenantDocument {
  std::vector<TenantConfiguration> rows;  // complete; all fine when there are no problems
  std::vector<std::string> problems;      // a line each: "tenants.yaml:12: acme s3: bucket_name: is missing"
};

// Every problem of every row, with its line; `name` is the document's in the words. An error only when
// `complete` gave one. `complete` is called for rows that have a tenant and a type.
Result<TenantDocument> read_tenant_document(std::string_view text, const std::string& name,
                                            const tenants::Rules& rules, const CompleteRow& complete);

// "acme s3", fit for a terminal whatever the store holds.
std::string row_name(const TenantId& tenant, const DestinationName& type);
// "acme s3: bucket_name: is missing"
std::string in_words(const TenantConfiguration& row, const FieldProblem& problem);

}  // namespace headgate::cli
