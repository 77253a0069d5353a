#include "config/settings_aws.h"

#include "config/setting_binding.h"
#include "tenants/aws_names.h"

namespace headgate::config {

template <>
struct ChoicesOf<Encryption> {
  static constexpr Choice kAll[] = {
      {"bucket", int(Encryption::Bucket)}, {"s3", int(Encryption::S3)}, {"kms", int(Encryption::Kms)}};
};

namespace {

using Complaint = std::optional<std::string>;

Complaint must_be_an_account(const SettingValue& value) {
  if (value.text.empty() || tenants::is_account_id(value.text)) return std::nullopt;
  return "must be an account's 12 digits";
}

Complaint must_be_a_region(const SettingValue& value) {
  if (value.text.empty() || tenants::is_region(value.text)) return std::nullopt;
  return "must be a region, such as eu-west-1";
}

Complaint must_be_a_role(const SettingValue& value) {
  if (value.text.empty() || tenants::parse_role_arn(value.text)) return std::nullopt;
  return "must be a role: arn:aws:iam::<account>:role/<name>";
}

Complaint must_be_a_url(const SettingValue& value) {
  const std::string& text = value.text;
  const bool is_url = text.starts_with("https://") || text.starts_with("http://");
  if (text.empty() || (is_url && text.find_first_of("?# ") == std::string::npos)) return std::nullopt;
  return "must begin with https:// (or http://)";
}

Complaint must_be_a_table(const SettingValue& value) {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  const std::string& text = value.text;
  const bool is_sound = text.find_first_not_of(kLetters) == std::string::npos;
  if (is_sound && text.size() >= 3 && text.size() <= 255) return std::nullopt;
  return "must have 3 to 255 letters, digits or _.-";
}

// A key's id, its ARN, alias/name, or an alias's ARN.
Complaint must_be_a_kms_key(const SettingValue& value) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:/";
  const std::string& text = value.text;
  if (text.find_first_not_of(kLetters) == std::string::npos && text.size() <= 2048) return std::nullopt;
  return "must be a KMS key: its id, its ARN, or alias/<name>";
}

#define MEMBER(path) ([](Config & config) -> auto& { return config.path; })

constexpr unsigned kWriters = kCollect | kProcess | kReplay;
constexpr unsigned kDeliverers = kProcess | kReplay;
constexpr unsigned kAll = kWriters | kApi | kTenant;

}  // namespace

void add_s3_store_settings(std::vector<Setting>& table) {
  table.push_back(
      bind(MEMBER(store.owner),
           {.key = "store.owner",
            .doc = "AWS account that must own the central bucket. If empty, the owner is not checked.",
            .used_by = kWriters,
            .complaint = must_be_an_account}));
  table.push_back(bind(MEMBER(store.encryption),
                       {.key = "store.encryption",
                        .standard = "bucket",
                        .doc = "How S3 encrypts new objects: bucket leaves it to the bucket's own setting, "
                               "s3 uses keys that S3 manages, kms uses store.kms_key.",
                        .used_by = kWriters}));
  table.push_back(bind(MEMBER(store.kms_key), {.key = "store.kms_key",
                                               .doc = "ARN or id of the KMS key for store.encryption kms. If "
                                                      "empty, S3 uses the account's default key for S3.",
                                               .used_by = kWriters,
                                               .complaint = must_be_a_kms_key}));
}

void add_aws_settings(std::vector<Setting>& table) {
  table.push_back(
      bind(MEMBER(aws.region), {.key = "aws.region",
                                .doc = "Region of the central bucket, the queue and the tables. If empty, "
                                       "the region comes from AWS_REGION or the profile.",
                                .used_by = kAll,
                                .complaint = must_be_a_region}));
  table.push_back(
      bind(MEMBER(aws.endpoint_url), {.key = "aws.endpoint_url",
                                      .doc = "Address that receives the calls to all AWS services, for "
                                             "tests. If empty, AWS_ENDPOINT_URL decides.",
                                      .used_by = kAll,
                                      .complaint = must_be_a_url}));
  table.push_back(bind(
      MEMBER(aws.role_arn),
      {.key = "aws.role_arn",
       .doc = "Role that is assumed with the credentials found on the machine (environment, profile, IRSA, "
              "Pod Identity, instance). It is the writer role for an agent and the central log distribution "
              "role for a processor. If empty, no role is assumed and those credentials are used directly.",
       .used_by = kAll,
       .complaint = must_be_a_role}));
  table.push_back(
      bind(MEMBER(aws.queue_url), {.key = "aws.queue_url",
                                   .doc = "URL of the SQS queue that receives a message for each new object.",
                                   .used_by = kDeliverers,
                                   .complaint = must_be_a_url}));
  table.push_back(
      bind(MEMBER(aws.tenants_table), {.key = "aws.tenants_table",
                                       .standard = "headgate-tenants",
                                       .doc = "DynamoDB table that holds the tenants' configurations.",
                                       .used_by = kDeliverers | kApi | kTenant,
                                       .complaint = must_be_a_table}));
  table.push_back(
      bind(MEMBER(aws.ledger_table),
           {.key = "aws.ledger_table",
            .standard = "headgate-ledger",
            .doc = "DynamoDB table that records what happened to each object at each destination.",
            .used_by = kDeliverers | kApi,
            .complaint = must_be_a_table}));
}

#undef MEMBER

}  // namespace headgate::config
