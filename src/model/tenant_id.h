// What can be a tenant's id.
// Tests: src/tenants/validate_test.cc
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace headgate {

constexpr std::size_t kTenantIdBytesMax = 128;

// What is wrong with it; nothing: it can be one. A superset of Kubernetes namespaces and label values, and of
// what the API took so far but for a `-` or `_` at either end. It becomes a segment of keys and paths, hence
// no slash, and no dot first.
std::optional<std::string_view> complaint_about_tenant_id(std::string_view text);

}  // namespace headgate
