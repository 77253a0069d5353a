// What a tenant wants delivered, and where: one row of the tenant table (hash `tenant_id`, range `type`).
// docs/contributing/formats/tenant-configuration.md lists every field. Whether it makes sense is judged in
// src/tenants.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"

namespace headgate {

struct DocumentValue;

enum class DestinationKind : std::uint8_t { CloudWatch, S3 };

struct TenantConfiguration {
  TenantId tenant;
  DestinationName type;  // cloudwatch | s3 | cloudwatch#name | s3#name
  bool enabled = false;  // absent = false
  std::string target_region;
  std::vector<std::string> desired_logs;  // applications or groups; empty = all
  // Names of groups as the predecessor's rows have them beside desired_logs. Nobody delivers by it:
  // tenants/completion.h turns it into desired_logs, or the row is refused.
  std::vector<std::string> groups;
  std::string account_id;                      // 12 digits: the tenant's AWS account
  bool account_id_is_central_account = false;  // the operator confirms: the destination is in our own account
  std::string log_distribution_role_arn;
  std::string external_id;
  bool external_id_is_central_account = false;  // known: a tenant of the predecessor trusts that already
  std::string log_group_name;
  std::string log_stream_name;           // template, e.g. {pod_name}
  std::uint32_t log_retention_days = 0;  // of a group that we make; 0 = for ever
  std::string log_kms_key_arn;           // the same; empty = AWS's own key
  std::string bucket_name;
  std::string bucket_prefix;
  std::string bucket_token;         // stands in an object of the bucket, which proves whose the bucket is
  std::string sse;                  // none | AES256 | aws:kms; empty = none: as the bucket says
  std::string kms_key_id;           // of aws:kms, an ARN; empty = the account's own for S3
  std::optional<std::int64_t> ttl;  // Unix seconds; judged by us too, DynamoDB deletes days late
  std::string created_at;
  std::string updated_at;
  std::uint64_t version = 0;  // 0 = not stored yet; optimistic locking

  friend bool operator==(const TenantConfiguration&, const TenantConfiguration&) = default;
};

// By the text before `#`; empty when it is neither.
std::optional<DestinationKind> kind_of(const DestinationName& type);

// Something wrong with one field of a document, in words for whoever wrote it.
struct FieldProblem {
  std::string field;
  std::string what;
  int line = 0;  // 1-based, 0 = unknown
};
std::string in_words(
    const std::vector<FieldProblem>& problems);  // "line 3: bucket_name: ..., ..." on one line

// A document as read: its configuration and every field that has the wrong type or is unknown, all at once.
struct ReadConfiguration {
  TenantConfiguration configuration;
  std::vector<FieldProblem> problems;
};
// YAML or JSON (which is YAML): one mapping, or a sequence of mappings. At most 1 MiB. Fault::Invalid (with
// the line) only when it is neither; wrong fields are in `problems`.
Result<std::vector<ReadConfiguration>> read_tenant_configurations(std::string_view document);
// One mapping, however it was stored.
ReadConfiguration read_tenant_configuration(const DocumentValue& mapping);

// Canonical JSON, one line, absent fields left out; read_tenant_configurations reads it back equal.
std::string to_json(const TenantConfiguration& configuration);
// The same as YAML, for people.
std::string to_yaml(const TenantConfiguration& configuration);

}  // namespace headgate
