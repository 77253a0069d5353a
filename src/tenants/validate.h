// Checks a tenant's configuration, field by field. All ways in use this check: terminal, API, and rows that a
// processor reads. docs/contributing/formats/tenant-configuration.md lists the rules.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"
#include "model/tenant_configuration.h"

namespace headgate::tenants {

// Where deliveries go. On one machine nobody has an AWS account; in AWS an account, a role and a region are
// required.
enum class Backend { Local, Aws };

struct Rules {
  Backend backend = Backend::Aws;
  // Our own buckets, which must not be destinations: a delivery into one would be read and delivered again,
  // endlessly.
  std::vector<BucketName> central_buckets = {};
  // Our own accounts. Every tenant knows them, so none can serve as a secret between us and one tenant.
  std::vector<std::string> central_accounts = {};
  // Whether to accept rows that the predecessor's README, scripts and API wrote, as they are (completion.h).
  bool predecessor_rows = false;
  // Our own account, which the roles of such rows expect as external id. If empty, it is not known, and these
  // rows cannot be used.
  std::string own_account = {};
  // Whether somebody is creating or changing the row, and can correct it. Stored rows may break some rules: a
  // longer external id must first be agreed with the tenant.
  bool is_being_made = false;
};

// The placeholders that a log_stream_name template may have, in braces. The cluster is not one, because it is
// the provider's business.
constexpr std::array<std::string_view, 5> kStreamPlaceholders = {"pod_name", "container_name", "application",
                                                                 "namespace", "stream"};

// Whether it is a stored row of the predecessor, and such rows are accepted. Our rows have a version, and the
// predecessor's have no external id.
bool is_predecessors(const TenantConfiguration& stored, const Rules& rules);

constexpr std::size_t kDesiredLogsMax = 100;
constexpr std::size_t kExternalIdBytesMin = 16;  // for rows that are being created; STS's own limit is 2
constexpr std::size_t kBucketTokenBytesMin = 16;
constexpr std::size_t kBucketTokenBytesMax = 128;
constexpr std::size_t kDesiredLogBytesMax = 253;
constexpr std::size_t kBucketPrefixBytesMax = 512;  // half of S3's 1024 bytes, so that the rest of the key
                                                    // fits

// All problems at once, in the order of the fields; empty if the configuration is valid. Pure. `line` is 0.
std::vector<FieldProblem> validate(const TenantConfiguration& configuration, const Rules& rules);

// Finds two tenants that share an external id: either could make us write into the other's account, where a
// role trusts the id. Returns the problem of `row` with `others`, which may contain rows of the same tenant;
// it names the other tenant. Our own account's id may be shared if both rows say so
// (external_id_is_central_account). Pure.
std::optional<FieldProblem> shared_external_id(const TenantConfiguration& row,
                                               const std::vector<TenantConfiguration>& others);

// Finds two enabled destinations of one tenant that would write the same keys of one bucket. A prefix inside
// another is allowed, because each key has its tenant and a fixed number of segments after the prefix.
// Returns the problem of `row` with `others`, which may contain the row itself and rows of other tenants.
// Pure.
std::optional<FieldProblem> shared_bucket_keys(const TenantConfiguration& row,
                                               const std::vector<TenantConfiguration>& others);

}  // namespace headgate::tenants
