// Whether a tenant's configuration makes sense, field by field. One validator for every way in: terminal,
// API, and the rows that a processor reads. docs/contributing/formats/tenant-configuration.md lists the
// rules.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"
#include "model/tenant_configuration.h"

namespace headgate::tenants {

// Where deliveries go: on one machine nobody has an AWS account; in AWS an account, a role and a region are
// required.
enum class Backend { Local, Aws };

struct Rules {
  Backend backend = Backend::Aws;
  // Our own buckets, which are nobody's destination: a delivery into one would be read and delivered again,
  // endlessly.
  std::vector<BucketName> central_buckets = {};
  // Our own accounts. Every tenant knows them, so that none is a secret between us and one of them.
  std::vector<std::string> central_accounts = {};
  // Rows that the predecessor's README, scripts and API wrote are taken as they are (completion.h).
  bool predecessor_rows = false;
  // What such rows' roles want as external id: our own account. Empty: it is not known, and they cannot be
  // used.
  std::string own_account = {};
  // The row is being made or changed by someone who can still do better. Of rows that are stored already,
  // less is asked: a longer external id has to be agreed upon with the tenant first.
  bool is_being_made = false;
};

// What a log_stream_name template may name, in braces. Not the cluster: that is the provider's business.
constexpr std::array<std::string_view, 5> kStreamPlaceholders = {"pod_name", "container_name", "application",
                                                                 "namespace", "stream"};

// Whether it is a stored row that the predecessor wrote, and such rows are taken. Ours have a version, and
// the predecessor knew no external ids.
bool is_predecessors(const TenantConfiguration& stored, const Rules& rules);

constexpr std::size_t kDesiredLogsMax = 100;
constexpr std::size_t kExternalIdBytesMin = 16;  // of rows that are being made; STS's own limit is 2
constexpr std::size_t kBucketTokenBytesMin = 16;
constexpr std::size_t kBucketTokenBytesMax = 128;
constexpr std::size_t kDesiredLogBytesMax = 253;
constexpr std::size_t kBucketPrefixBytesMax = 512;  // leaves as much of S3's 1024 for the rest of the key

// Every wrong field at once, in the order of the fields; empty when all is well. Pure. `line` is 0.
std::vector<FieldProblem> validate(const TenantConfiguration& configuration, const Rules& rules);

// Two tenants that share an external id: either could have us write into the other's account, where a role
// trusts it. The problem of `row` with `others`, which may hold rows of its own tenant; names the other
// tenant. Pure. Our own account's id is shared where both say so (external_id_is_central_account).
std::optional<FieldProblem> shared_external_id(const TenantConfiguration& row,
                                               const std::vector<TenantConfiguration>& others);

// Two enabled destinations of one tenant that would write the same keys of one bucket. A prefix inside
// another is none of this: every key has its tenant and a fixed number of segments behind the prefix. The
// problem of `row` with `others`, which may hold the row itself and rows of other tenants. Pure.
std::optional<FieldProblem> shared_bucket_keys(const TenantConfiguration& row,
                                               const std::vector<TenantConfiguration>& others);

}  // namespace headgate::tenants
