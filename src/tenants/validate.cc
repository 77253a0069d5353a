#include "tenants/validate.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "base/utf8.h"
#include "model/tenant_id.h"
#include "ports/log_sink.h"
#include "tenants/aws_names.h"

namespace headgate::tenants {

namespace {

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    const auto code = static_cast<unsigned char>(character);
    return code < 0x20 || code == 0x7F;
  });
}

bool is_printable(std::string_view text) {
  return is_utf8(text) && !has_controls(text);
}

// Collects the problems. Each function is one rule, and none stops the others.
class Validation {
 public:
  Validation(const TenantConfiguration& configuration, const Rules& rules)
      : row_(configuration), rules_(rules), kind_(kind_of(configuration.type)) {}

  std::vector<FieldProblem> run() {
    check_tenant();
    check_type();
    check_region();
    check_desired_logs();
    check_groups();
    check_account();
    check_external_id();
    check_role();
    check_log_group();
    check_stream();
    check_group_options();
    check_bucket();
    check_bucket_token();
    check_prefix();
    check_encryption();
    if (row_.ttl && *row_.ttl <= 0) complain("ttl", "must be a time after 1970, in Unix seconds");
    return std::move(problems_);
  }

 private:
  void complain(std::string_view field, std::string what) {
    problems_.push_back({.field = std::string(field), .what = std::move(what)});
  }
  void complain_if(std::string_view field, const Complaint& complaint) {
    if (complaint) complain(field, *complaint);
  }
  bool is_aws() const { return rules_.backend == Backend::Aws; }

  void check_tenant() {
    if (const auto complaint = complaint_about_tenant_id(row_.tenant.view()))
      complain("tenant_id", std::string(*complaint));
  }

  void check_type() {
    constexpr std::size_t kNameBytesMax = 32;
    const std::string_view type = row_.type.view();
    if (type.empty()) return complain("type", "is missing: cloudwatch or s3");
    if (!kind_)
      return complain("type", "must be cloudwatch or s3, or one of them with #name for a second one");
    const std::size_t hash = type.find('#');
    if (hash == std::string_view::npos) return;
    const std::string_view name = type.substr(hash + 1);
    const bool is_sound = !name.empty() && name.size() <= kNameBytesMax &&
                          std::all_of(name.begin(), name.end(), [](char character) {
                            return (character >= 'a' && character <= 'z') ||
                                   (character >= '0' && character <= '9') || character == '-';
                          });
    if (!is_sound) complain("type", "must have 1 to 32 lower-case letters, digits or hyphens after #");
  }

  void check_region() {
    if (row_.target_region.empty()) {
      if (is_aws() && kind_) complain("target_region", "is missing: the region of the log group or bucket");
    } else if (!is_region(row_.target_region)) {
      complain("target_region", "is not a region: write it like eu-west-1");
    }
  }

  void check_desired_logs() {
    const std::vector<std::string>& wanted = row_.desired_logs;
    if (wanted.size() == 1 && wanted.front().empty()) return;  // some write "all" in this way
    if (wanted.size() > kDesiredLogsMax) return complain("desired_logs", "must not exceed 100 entries");
    std::set<std::string_view> seen;
    for (const std::string& name : wanted) {
      if (name.empty() || name.size() > kDesiredLogBytesMax) {
        complain("desired_logs", "each entry must have 1 to 253 characters");
      } else if (!is_printable(name)) {
        complain("desired_logs", json_text(name) + " holds control characters or is not UTF-8");
      } else if (!seen.insert(name).second) {
        complain("desired_logs", json_text(name) + " is there twice");
      }
    }
  }

  // completion.h has moved groups into desired_logs where rows may have them.
  void check_groups() {
    if (!row_.groups.empty() && rules_.predecessor_rows) return complain("groups", "holds an empty name");
    if (!row_.groups.empty())
      complain("groups",
               "is read of the predecessor's rows, with tenants.predecessor_rows: name them in desired_logs");
  }

  void check_account() {
    if (row_.account_id.empty()) {
      // A role's ARN contains its account. Without a role nobody can tell the account of a bucket, which the
      // predecessor never asked for.
      const bool is_known = parse_role_arn(row_.log_distribution_role_arn).has_value();
      const bool is_not_asked = kind_ == DestinationKind::S3 && is_predecessors(row_, rules_);
      if (is_aws() && kind_ && !is_known && !is_not_asked)
        complain("account_id", "is missing: the tenant's AWS account, 12 digits");
    } else if (!is_account_id(row_.account_id)) {
      complain("account_id", "must be 12 digits (in quotes, or YAML takes them for a number)");
    }
    // Otherwise anybody who may write rows could make us write wherever our own roles may.
    const bool is_ours = is_central_account(row_.account_id);
    if (is_aws() && is_ours && !row_.account_id_is_central_account)
      complain(
          "account_id",
          "is our own account, where our roles may reach more than a tenant's logs: if the destination is "
          "really there, add account_id_is_central_account: true");
    if (row_.account_id_is_central_account && !is_ours && !rules_.central_accounts.empty())
      complain("account_id_is_central_account", "is true, but account_id is not our account");
  }

  bool is_central_account(const std::string& account) const {
    const std::vector<std::string>& ours = rules_.central_accounts;
    return std::find(ours.begin(), ours.end(), account) != ours.end();
  }

  void check_external_id() {
    if (!row_.external_id.empty()) complain_if("external_id", complaint_about_external_id(row_.external_id));
    const bool is_ours = is_central_account(row_.external_id);
    if (rules_.is_being_made && is_aws() && !row_.external_id.empty() &&
        row_.external_id.size() < kExternalIdBytesMin && !is_ours)
      complain("external_id",
               "must have 16 characters or more, so that nobody guesses it: leave it out for a random one");
    if (is_ours && !row_.external_id_is_central_account)
      complain("external_id",
               "is our own account, which every tenant knows: leave it out for a random one, or, where the "
               "role trusts it already, add external_id_is_central_account: true");
    if (!is_ours && row_.external_id_is_central_account && !rules_.central_accounts.empty())
      complain("external_id_is_central_account", "is true, but external_id is not our account");
  }

  void check_role() {
    const std::string& arn = row_.log_distribution_role_arn;
    if (arn.empty()) {
      if (is_aws() && kind_ == DestinationKind::CloudWatch)
        complain("log_distribution_role_arn",
                 "is missing: the role in the tenant's account that may put logs");
      return;
    }
    // Without it, a tenant who learns another's role could make us write there.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    if (is_aws() && row_.external_id.empty()) {
      std::string what = "is missing: a role is assumed only with the tenant's external id";
      if (is_predecessors(row_, rules_)) {
        what +=
            ", and our own account, which the predecessor's roles want, is not known: set aws.role_arn or "
            "store.owner";
      } else if (row_.version == 0) {
        what += " (tenants.predecessor_rows takes rows of the predecessor, whose roles want our own account)";
      }
      complain("external_id", std::move(what));
    }
    const std::optional<RoleArn> role = parse_role_arn(arn);
    if (!role)
      return complain("log_distribution_role_arn",
                      "is not a role: write it like arn:aws:iam::123456789012:role/name");
    if (!row_.account_id.empty() && role->account != row_.account_id)
      complain("log_distribution_role_arn", "is in another account than account_id");
    if (is_region(row_.target_region) && role->partition != partition_of(row_.target_region))
      complain("log_distribution_role_arn", "is in partition " + std::string(role->partition) +
                                                ", but target_region is in " +
                                                std::string(partition_of(row_.target_region)));
  }

  void check_log_group() {
    if (!belongs_to(DestinationKind::CloudWatch, "log_group_name", row_.log_group_name)) return;
    if (row_.log_group_name.empty()) return complain("log_group_name", "is missing");
    complain_if("log_group_name", complaint_about_log_group(row_.log_group_name));
  }

  // The template has text and known {placeholders}. Their values are made valid for a stream name when they
  // are filled in.
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
  void check_stream() {
    constexpr std::size_t kStreamBytesMax = 512;
    std::string_view rest = row_.log_stream_name;
    if (!belongs_to(DestinationKind::CloudWatch, "log_stream_name", rest) || rest.empty()) return;
    if (rest.size() > kStreamBytesMax) complain("log_stream_name", "must not exceed 512 characters");
    if (!is_printable(rest) || rest.find_first_of(":*") != std::string_view::npos)
      complain("log_stream_name", "must not hold `:`, `*` or control characters");
    while (!rest.empty()) {
      const std::size_t open = rest.find_first_of("{}");
      if (open == std::string_view::npos) return;
      const std::size_t close = rest.find_first_of("{}", open + 1);
      if (rest[open] != '{' || close == std::string_view::npos || rest[close] != '}')
        return complain("log_stream_name", "has a brace without its partner");
      const std::string_view name = rest.substr(open + 1, close - open - 1);
      if (std::find(kStreamPlaceholders.begin(), kStreamPlaceholders.end(), name) ==
          kStreamPlaceholders.end())
        complain("log_stream_name", json_text(name) +
                                        " is no placeholder: {pod_name}, {container_name}, "
                                        "{application}, {namespace} and {stream} are");
      rest.remove_prefix(close + 1);
    }
  }

  void check_group_options() {
    constexpr std::string_view kRetention = "log_retention_days";
    constexpr std::string_view kKey = "log_kms_key_arn";
    const std::uint32_t days = row_.log_retention_days;
    if (days != 0 && kind_ == DestinationKind::S3) {
      complain(kRetention, "is for destinations of type cloudwatch only");
    } else if (days != 0 && std::find(kLogRetentionDays.begin(), kLogRetentionDays.end(), days) ==
                                kLogRetentionDays.end()) {
      complain(kRetention,
               "is not one of the numbers of days that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, ...");
    }
    if (!belongs_to(DestinationKind::CloudWatch, kKey, row_.log_kms_key_arn) || row_.log_kms_key_arn.empty())
      return;
    complain_about_key(kKey, row_.log_kms_key_arn);
  }

  void check_bucket() {
    if (!belongs_to(DestinationKind::S3, "bucket_name", row_.bucket_name)) return;
    if (row_.bucket_name.empty()) return complain("bucket_name", "is missing");
    complain_if("bucket_name", complaint_about_bucket(row_.bucket_name));
    const std::vector<BucketName>& ours = rules_.central_buckets;
    if (std::find(ours.begin(), ours.end(), BucketName(row_.bucket_name)) != ours.end())
      complain("bucket_name", "is the central bucket: what is delivered there would be delivered again");
  }

  // Without a tenant's role, a bucket is written with our central role, which many buckets may trust. So it
  // must be proved that the bucket is this tenant's. docs/contributing/formats/tenant-configuration.md says
  // how.
  void check_bucket_token() {
    const std::string& token = row_.bucket_token;
    if (!belongs_to(DestinationKind::S3, "bucket_token", token)) return;
    if (token.empty()) {
      if (is_aws() && row_.log_distribution_role_arn.empty() && !rules_.predecessor_rows)
        complain("bucket_token",
                 "is missing: without log_distribution_role_arn the tenant proves that the bucket is its own "
                 "by an object " +
                     row_.bucket_prefix + "headgate-owner/" + row_.tenant.str() +
                     " in it that holds this token");
      return;
    }
    const bool is_sound = token.size() >= kBucketTokenBytesMin && token.size() <= kBucketTokenBytesMax &&
                          std::all_of(token.begin(), token.end(),
                                      [](char character) { return character > ' ' && character < 0x7f; });
    if (!is_sound) complain("bucket_token", "must have 16 to 128 printable ASCII characters without spaces");
  }

  void check_prefix() {
    std::string_view rest = row_.bucket_prefix;
    if (!belongs_to(DestinationKind::S3, "bucket_prefix", rest) || rest.empty()) return;
    if (rest.size() > kBucketPrefixBytesMax) complain("bucket_prefix", "must not exceed 512 bytes");
    if (!is_printable(rest)) complain("bucket_prefix", "holds control characters or is not UTF-8");
    if (rest.front() == '/') return complain("bucket_prefix", "must not start with a slash");
    while (!rest.empty()) {
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      const std::string_view segment = rest.substr(0, slash);
      if (segment.empty() || segment == "." || segment == "..")
        return complain("bucket_prefix", "must not hold empty segments, `.` or `..`");
      rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
  }

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html
  void check_encryption() {
    constexpr std::string_view kKey = "kms_key_id";
    const std::string& sse = row_.sse;
    const bool is_ours = belongs_to(DestinationKind::S3, "sse", sse);
    if (is_ours && !sse.empty() && sse != "none" && sse != "AES256" && sse != "aws:kms")
      complain("sse", "must be none (as the bucket says), AES256 or aws:kms");
    if (!belongs_to(DestinationKind::S3, kKey, row_.kms_key_id) || row_.kms_key_id.empty()) return;
    if (sse != "aws:kms") complain(kKey, "is for sse aws:kms only");
    complain_about_key(kKey, row_.kms_key_id);
  }

  // Log groups and buckets accept only keys of their own region.
  void complain_about_key(std::string_view field, const std::string& text) {
    const std::optional<KmsKeyArn> key = parse_kms_key_arn(text);
    if (!key) return complain(field, "is not a key: write it like arn:aws:kms:eu-west-1:123456789012:key/id");
    if (is_region(row_.target_region) && key->region != row_.target_region)
      complain(field, "is in another region than target_region");
    if (!row_.account_id.empty() && key->account != row_.account_id)
      complain(field, "is in another account than account_id");
  }

  // Whether the field is checked, because it belongs to our kind of destination. A field of the other kind is
  // itself a mistake, because its writer believes that it has an effect. If the type is wrong, nothing can be
  // said about either kind.
  bool belongs_to(DestinationKind kind, std::string_view field, std::string_view value) {
    if (!kind_ || *kind_ == kind) return kind_.has_value();
    if (!value.empty())
      complain(field, kind == DestinationKind::S3 ? "is for destinations of type s3 only"
                                                  : "is for destinations of type cloudwatch only");
    return false;
  }

  const TenantConfiguration& row_;
  const Rules& rules_;
  const std::optional<DestinationKind> kind_;
  std::vector<FieldProblem> problems_;
};

}  // namespace

bool is_predecessors(const TenantConfiguration& stored, const Rules& rules) {
  return rules.predecessor_rows && rules.backend == Backend::Aws && stored.version == 0 &&
         stored.external_id.empty();
}

std::vector<FieldProblem> validate(const TenantConfiguration& configuration, const Rules& rules) {
  return Validation(configuration, rules).run();
}

std::optional<FieldProblem> shared_external_id(const TenantConfiguration& row,
                                               const std::vector<TenantConfiguration>& others) {
  if (row.external_id.empty()) return std::nullopt;
  for (const TenantConfiguration& other : others) {
    const bool is_known_to_all = row.external_id_is_central_account && other.external_id_is_central_account;
    if (other.tenant == row.tenant || other.external_id != row.external_id || is_known_to_all) continue;
    return FieldProblem{.field = "external_id",
                        .what = "is that of tenant " + json_text(other.tenant.view()) + " too"};
  }
  return std::nullopt;
}

std::optional<FieldProblem> shared_bucket_keys(const TenantConfiguration& row,
                                               const std::vector<TenantConfiguration>& others) {
  const auto is_used = [](const TenantConfiguration& one) {
    return one.enabled && kind_of(one.type) == DestinationKind::S3 && !one.bucket_name.empty();
  };
  const auto folder_of = [](const TenantConfiguration& one) {
    const bool is_open = !one.bucket_prefix.empty() && !one.bucket_prefix.ends_with('/');
    return one.bucket_prefix + (is_open ? "/" : "");
  };
  if (!is_used(row)) return std::nullopt;
  for (const TenantConfiguration& other : others) {
    if (other.tenant != row.tenant || other.type == row.type || !is_used(other)) continue;
    if (other.bucket_name != row.bucket_name || folder_of(other) != folder_of(row)) continue;
    return FieldProblem{.field = "bucket_prefix",
                        .what = "with this bucket is that of " + json_text(other.type.view()) +
                                " too: both would write the same keys. Give one of them another prefix, or "
                                "put the desired_logs of both into one row"};
  }
  return std::nullopt;
}

}  // namespace headgate::tenants
