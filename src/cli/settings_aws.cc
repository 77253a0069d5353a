#include "cli/settings_aws.h"

#include "cli/setting_binding.h"
#include "tenants/aws_names.h"

namespace headgate::cli {

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

#define MEMBER(path) ([](Config & config) -> auto& { return config.path; })

constexpr unsigned kWriters = kCollect | kProcess | kReplay;
constexpr unsigned kDeliverers = kProcess | kReplay;
constexpr unsigned kAll = kWriters | kApi | kTenant;

}  // namespace

void add_s3_store_settings(std::vector<Setting>& table) {
  table.push_back(bind(MEMBER(store.owner),
                       {.key = "store.owner",
                        .doc = "The account that the central bucket must belong to. Empty: not checked.",
                        .used_by = kWriters,
                        .complaint = must_be_an_account}));
  table.push_back(bind(MEMBER(store.encryption),
                       {.key = "store.encryption",
                        .standard = "bucket",
                        .doc = "How objects in S3 are encrypted: as the bucket says, with S3's keys, or with "
                               "store.kms_key.",
                        .used_by = kWriters}));
  table.push_back(
      bind(MEMBER(store.kms_key), {.key = "store.kms_key",
                                   .doc = "The KMS key (ARN or id) of store.encryption kms. Empty: the "
                                          "account's own for S3.",
                                   .used_by = kWriters}));
}

void add_aws_settings(std::vector<Setting>& table) {
  table.push_back(
      bind(MEMBER(aws.region), {.key = "aws.region",
                                .doc = "Region of the central bucket, queue and tables. Empty: as "
                                       "AWS_REGION or the profile says.",
                                .used_by = kAll,
                                .complaint = must_be_a_region}));
  table.push_back(bind(MEMBER(aws.endpoint_url),
                       {.key = "aws.endpoint_url",
                        .doc = "Where all services of AWS are asked instead of at AWS's own addresses, for "
                               "tests. Empty: as AWS_ENDPOINT_URL says.",
                        .used_by = kAll,
                        .complaint = must_be_a_url}));
  table.push_back(bind(
      MEMBER(aws.role_arn),
      {.key = "aws.role_arn",
       .doc = "Role taken with the credentials that are found (environment, profile, IRSA, Pod Identity, "
              "instance): the agent's writer role, the processor's central log distribution role. Empty: "
              "those credentials themselves.",
       .used_by = kAll,
       .complaint = must_be_a_role}));
  table.push_back(bind(MEMBER(aws.queue_url), {.key = "aws.queue_url",
                                               .doc = "The SQS queue that is told of new objects.",
                                               .used_by = kDeliverers,
                                               .complaint = must_be_a_url}));
  table.push_back(bind(MEMBER(aws.tenants_table), {.key = "aws.tenants_table",
                                                   .standard = "headgate-tenants",
                                                   .doc = "DynamoDB table of the tenants' configurations.",
                                                   .used_by = kDeliverers | kApi | kTenant,
                                                   .complaint = must_be_a_table}));
  table.push_back(bind(MEMBER(aws.ledger_table), {.key = "aws.ledger_table",
                                                  .standard = "headgate-ledger",
                                                  .doc = "DynamoDB table of what became of each object.",
                                                  .used_by = kDeliverers | kApi,
                                                  .complaint = must_be_a_table}));
}

#undef MEMBER

}  // namespace headgate::cli
