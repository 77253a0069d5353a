#include "tenants/validate.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace headgate::tenants {
namespace {

TenantConfiguration good_cloudwatch() {
  TenantConfiguration row;
  row.tenant = TenantId("acme-corp");
  row.type = DestinationName("cloudwatch");
  row.enabled = true;
  row.target_region = "eu-west-1";
  row.desired_logs = {"api", "Infra"};
  row.account_id = "123456789012";
  row.log_distribution_role_arn = "arn:aws:iam::123456789012:role/logs/CustomerLogDistribution";
  row.external_id = "0b0f54a6-2a4c-4f4e-9f49-000000000000";
  row.log_group_name = "/aws/logs/acme";
  row.log_stream_name = "{namespace}/{application}/{pod_name}-{container_name}.{stream}";
  row.ttl = 2'000'000'000;
  return row;
}

TenantConfiguration good_s3() {
  TenantConfiguration row;
  row.tenant = TenantId("acme-corp");
  row.type = DestinationName("s3#audit-2");
  row.target_region = "us-east-1";
  row.account_id = "123456789012";
  row.bucket_name = "acme.logs-1";
  row.bucket_prefix = "ROSA/cluster-logs/";
  row.bucket_token = "0b0f54a6-2a4c-4f4e";
  return row;
}

const Rules kAws{.backend = Backend::Aws, .central_buckets = {BucketName("central-logs")}};
const Rules kLocal{.backend = Backend::Local, .central_buckets = {BucketName("central-logs")}};

std::string problems_of(const TenantConfiguration& row, const Rules& rules) {
  std::string text;
  for (const FieldProblem& problem : validate(row, rules))
    text += (text.empty() ? "" : "; ") + problem.field + " " + problem.what;
  return text;
}

using Change = std::function<void(TenantConfiguration&)>;
struct Row {
  const char* name;
  Change change;
  const char* problem;  // how the only problem starts; "" = fine
};

void expect_each(const TenantConfiguration& good, const Rules& rules, const std::vector<Row>& rows) {
  ASSERT_EQ(problems_of(good, rules), "");
  for (const Row& row : rows) {
    TenantConfiguration changed = good;
    row.change(changed);
    const std::string problems = problems_of(changed, rules);
    if (std::string_view(row.problem).empty()) {
      EXPECT_EQ(problems, "") << row.name;
    } else {
      EXPECT_TRUE(problems.starts_with(row.problem)) << row.name << ": " << problems;
      EXPECT_EQ(problems.find("; "), std::string::npos) << row.name << ": " << problems;
    }
  }
}

#define SET(member, value) [](TenantConfiguration& row) { row.member = value; }

TEST(Validate, JudgesWhatEveryDestinationHas) {
  expect_each(
      good_cloudwatch(), kAws,
      {
          {"namespace", SET(tenant, TenantId("ocm-production-2a3b-x")), ""},
          {"label value", SET(tenant, TenantId("A_b.c-9")), ""},
          {"one letter", SET(tenant, TenantId("a")), ""},
          {"128", SET(tenant, TenantId(std::string(128, 'a'))), ""},
          {"129", SET(tenant, TenantId(std::string(129, 'a'))), "tenant_id must not exceed"},
          {"no tenant", SET(tenant, TenantId("")), "tenant_id is missing"},
          {"slash", SET(tenant, TenantId("a/b")), "tenant_id may hold only"},
          {"not ASCII",
           SET(tenant, TenantId("\xC3\xB1"
                                "andu")),
           "tenant_id may hold only"},
          {"dots", SET(tenant, TenantId("..")), "tenant_id must begin and end"},
          {"hyphen first", SET(tenant, TenantId("-a")), "tenant_id must begin and end"},
          {"underscore first", SET(tenant, TenantId("_packed")), "tenant_id must begin and end"},
          {"named type", SET(type, DestinationName("cloudwatch#b-2")), ""},
          {"empty name", SET(type, DestinationName("cloudwatch#")), "type must have 1 to 32"},
          {"upper name", SET(type, DestinationName("cloudwatch#B")), "type must have 1 to 32"},
          {"long name", SET(type, DestinationName("cloudwatch#" + std::string(33, 'b'))), "type must have"},
          {"two names", SET(type, DestinationName("cloudwatch#a#b")), "type must have 1 to 32"},
          {"no region", SET(target_region, ""), "target_region is missing"},
          {"odd region", SET(target_region, "!!"), "target_region is not a region"},
          {"zone", SET(target_region, "eu-west-1a"), "target_region is not a region"},
          {"no area", SET(target_region, "west-1"), "target_region is not a region"},
          {"more words", SET(target_region, "ap-southeast-3"), ""},
          {"all", SET(desired_logs, {}), ""},
          {"all as one empty text", SET(desired_logs, {""}), ""},
          {"an empty entry", ([](TenantConfiguration& row) {
             row.desired_logs = {"a", ""};
           }),
           "desired_logs each entry must have"},
          {"long entry", SET(desired_logs, {std::string(254, 'a')}), "desired_logs each entry must have"},
          {"twice", ([](TenantConfiguration& row) {
             row.desired_logs = {"a", "b", "a"};
           }),
           "desired_logs \"a\" is there twice"},
          {"case differs", ([](TenantConfiguration& row) {
             row.desired_logs = {"a", "A"};
           }),
           ""},
          {"too many", SET(desired_logs, std::vector<std::string>(101, "a")), "desired_logs must not exceed"},
          {"newline", SET(desired_logs, {"a\nb"}), "desired_logs \"a\\nb\" holds control"},
          {"ttl", SET(ttl, 0), "ttl must be"},
          {"no ttl", SET(ttl, std::nullopt), ""},
      });
}

TEST(Validate, AnExternalIdThatIsBeingMadeIsLong) {
  Rules making = kAws;
  making.is_being_made = true;
  expect_each(good_cloudwatch(), making,
              {{"15", SET(external_id, std::string(15, 'x')), "external_id must have 16 characters or more"},
               {"16", SET(external_id, std::string(16, 'x')), ""}});
  making.central_accounts = {"999999999999"};
  expect_each(good_cloudwatch(), making,
              {{"the predecessor's",
                [](TenantConfiguration& row) {
                  row.external_id = "999999999999";
                  row.external_id_is_central_account = true;
                },
                ""}});
  expect_each(good_cloudwatch(), kAws, {{"stored already", SET(external_id, "0123456789"), ""}});
}

TEST(Validate, OurOwnAccountIsADestinationOnlyWhereTheRowSaysSo) {
  Rules rules = kAws;
  rules.central_accounts = {"123456789012"};
  for (TenantConfiguration row : {good_cloudwatch(), good_s3()}) {
    EXPECT_TRUE(problems_of(row, rules).starts_with("account_id is our own account"))
        << problems_of(row, rules);
    row.account_id_is_central_account = true;
    EXPECT_EQ(problems_of(row, rules), "");
    rules.central_accounts = {"999999999999"};
    EXPECT_EQ(problems_of(row, rules),
              "account_id_is_central_account is true, but account_id is not our account");
    rules.central_accounts = {"123456789012"};
  }
}

TEST(Validate, ABucketWithoutARoleNamesAToken) {
  expect_each(good_s3(), kAws,
              {{"none", SET(bucket_token, ""), "bucket_token is missing: without log_distribution_role_arn"},
               {"15", SET(bucket_token, std::string(15, 't')), "bucket_token must have 16 to 128"},
               {"16", SET(bucket_token, std::string(16, 't')), ""},
               {"128", SET(bucket_token, std::string(128, 't')), ""},
               {"129", SET(bucket_token, std::string(129, 't')), "bucket_token must have"},
               {"a space", SET(bucket_token, "0123456789 012345"), "bucket_token must have"},
               {"with a role",
                [](TenantConfiguration& row) {
                  row.log_distribution_role_arn = "arn:aws:iam::123456789012:role/logs";
                  row.external_id = "0b0f54a6-2a4c-4f4e-9f49-000000000000";
                  row.bucket_token.clear();
                },
                ""}});
  Rules admitting = kAws;
  admitting.predecessor_rows = true;
  expect_each(good_s3(), admitting, {{"the predecessor's", SET(bucket_token, ""), ""}});
  expect_each(good_s3(), kLocal, {{"on one machine", SET(bucket_token, ""), ""}});
  expect_each(good_cloudwatch(), kAws,
              {{"elsewhere", SET(bucket_token, std::string(16, 't')),
                "bucket_token is for destinations of type s3"}});
}

TEST(Validate, JudgesAccountRoleAndExternalId) {
  expect_each(
      good_cloudwatch(), kAws,
      {
          {"no account, but that of the role", SET(account_id, ""), ""},
          {"groups of the predecessor", SET(groups, {"API"}), "groups is read of the predecessor's rows"},
          {"short", SET(external_id, "x"), "external_id must have 2 to 1224"},
          {"1224", SET(external_id, std::string(1224, 'x')), ""},
          {"1225", SET(external_id, std::string(1225, 'x')), "external_id must have"},
          {"characters", SET(external_id, "a b"), "external_id may hold only"},
          {"all characters", SET(external_id, "aZ0_+=,.@:/-"), ""},
          {"no external id", SET(external_id, ""), "external_id is missing"},
          {"no role", SET(log_distribution_role_arn, ""), "log_distribution_role_arn is missing"},
          {"other account", SET(log_distribution_role_arn, "arn:aws:iam::999999999999:role/x"),
           "log_distribution_role_arn is in another account"},
          {"user", SET(log_distribution_role_arn, "arn:aws:iam::123456789012:user/x"),
           "log_distribution_role_arn is not a role"},
          {"prefix only", SET(log_distribution_role_arn, "arn:aws:iam::"),
           "log_distribution_role_arn is not"},
          {"no name", SET(log_distribution_role_arn, "arn:aws:iam::123456789012:role/"),
           "log_distribution_role_arn is not"},
          {"path only", SET(log_distribution_role_arn, "arn:aws:iam::123456789012:role/a/"),
           "log_distribution_role_arn is not"},
          {"name of 65",
           SET(log_distribution_role_arn, "arn:aws:iam::123456789012:role/" + std::string(65, 'r')),
           "log_distribution_role_arn is not"},
          {"blank", SET(log_distribution_role_arn, "arn:aws:iam::123456789012:role/a b"),
           "log_distribution_role_arn is not"},
          {"partition", SET(log_distribution_role_arn, "arn:gcp:iam::123456789012:role/x"),
           "log_distribution_role_arn is not"},
          {"region in it", SET(log_distribution_role_arn, "arn:aws:iam:eu-west-1:123456789012:role/x"),
           "log_distribution_role_arn is not"},
          {"China's role, Irish region",
           SET(log_distribution_role_arn, "arn:aws-cn:iam::123456789012:role/x"),
           "log_distribution_role_arn is in partition aws-cn, but target_region is in aws"},
      });
}

TEST(Validate, KnowsEveryPartition) {
  const std::pair<const char*, const char*> pairs[] = {
      {"aws", "me-central-1"},         {"aws-cn", "cn-northwest-1"},    {"aws-us-gov", "us-gov-east-1"},
      {"aws-eusc", "eusc-de-east-1"},  {"aws-iso", "us-iso-east-1"},    {"aws-iso-b", "us-isob-east-1"},
      {"aws-iso-e", "eu-isoe-west-1"}, {"aws-iso-f", "us-isof-south-1"}};
  for (const auto& [partition, region] : pairs) {
    TenantConfiguration row = good_cloudwatch();
    row.target_region = region;
    row.log_distribution_role_arn = std::string("arn:") + partition + ":iam::123456789012:role/x";
    EXPECT_EQ(problems_of(row, kAws), "") << partition;
  }
}

TEST(Validate, JudgesLogGroupAndStream) {
  const std::string group512(512, 'g');
  expect_each(
      good_cloudwatch(), kAws,
      {
          {"512", SET(log_group_name, std::string(512, 'g')), ""},
          {"513", SET(log_group_name, std::string(513, 'g')), "log_group_name must not exceed"},
          {"none", SET(log_group_name, ""), "log_group_name is missing"},
          {"aws/", SET(log_group_name, "aws/x"), "log_group_name must not start with aws/"},
          {"/aws/", SET(log_group_name, "/aws/x#1_a.b-c"), ""},
          {"colon", SET(log_group_name, "a:b"), "log_group_name may hold only"},
          {"blank", SET(log_group_name, "a b"), "log_group_name may hold only"},
          {"no stream", SET(log_stream_name, ""), ""},
          {"fixed stream", SET(log_stream_name, "all of it"), ""},
          {"colon in stream", SET(log_stream_name, "a:b"), "log_stream_name must not hold"},
          {"star in stream", SET(log_stream_name, "{pod_name}*"), "log_stream_name must not hold"},
          {"unknown", SET(log_stream_name, "{pod}"), "log_stream_name \"pod\" is no placeholder"},
          {"the provider's", SET(log_stream_name, "{cluster_id}"), "log_stream_name \"cluster_id\" is no"},
          {"open", SET(log_stream_name, "{pod_name"), "log_stream_name has a brace"},
          {"closed", SET(log_stream_name, "pod_name}"), "log_stream_name has a brace"},
          {"nested", SET(log_stream_name, "{{pod_name}}"), "log_stream_name has a brace"},
          {"long stream", SET(log_stream_name, std::string(513, 's')), "log_stream_name must not exceed"},
          {"retention", SET(log_retention_days, 30), ""},
          {"no such retention", SET(log_retention_days, 31), "log_retention_days is not one of"},
          {"key", SET(log_kms_key_arn, "arn:aws:kms:eu-west-1:123456789012:key/0a-1"), ""},
          {"no key", SET(log_kms_key_arn, "alias/x"), "log_kms_key_arn is not a key"},
          {"an alias", SET(log_kms_key_arn, "arn:aws:kms:eu-west-1:123456789012:alias/x"),
           "log_kms_key_arn is not a key"},
          {"key elsewhere", SET(log_kms_key_arn, "arn:aws:kms:eu-west-2:123456789012:key/1"),
           "log_kms_key_arn is in another region"},
          {"another's key", SET(log_kms_key_arn, "arn:aws:kms:eu-west-1:123456789013:key/1"),
           "log_kms_key_arn is in another account"},
      });
}

TEST(Validate, JudgesBucketAndPrefix) {
  expect_each(
      good_s3(), kAws,
      {
          {"none", SET(bucket_name, ""), "bucket_name is missing"},
          {"ours", SET(bucket_name, "central-logs"), "bucket_name is the central bucket"},
          {"2", SET(bucket_name, "ab"), "bucket_name must have 3 to 63"},
          {"63", SET(bucket_name, std::string(63, 'b')), ""},
          {"64", SET(bucket_name, std::string(64, 'b')), "bucket_name must have"},
          {"upper", SET(bucket_name, "NOT-valid"), "bucket_name may hold only"},
          {"not ASCII", SET(bucket_name, "\xC3\xB1\xC3\xB1"), "bucket_name may hold only"},
          {"underscore", SET(bucket_name, "a_b_c"), "bucket_name may hold only"},
          {"hyphen last", SET(bucket_name, "abc-"), "bucket_name must begin and end"},
          {"dots", SET(bucket_name, "a..b"), "bucket_name must not hold two dots"},
          {"address", SET(bucket_name, "192.168.5.4"), "bucket_name must not look like"},
          {"no address", SET(bucket_name, "192.168.5.4.a"), ""},
          {"xn", SET(bucket_name, "xn--a"), "bucket_name must not start with xn--"},
          {"alias", SET(bucket_name, "a-s3alias"), "bucket_name must not end with -s3alias"},
          {"directory bucket", SET(bucket_name, "a--use1-az4--x-s3"), "bucket_name must not end with --x-s3"},
          {"regional namespace", SET(bucket_name, "a-123456789012-us-east-1-an"), ""},
          {"no prefix", SET(bucket_prefix, ""), ""},
          {"no last slash", SET(bucket_prefix, "logs"), ""},
          {"512", SET(bucket_prefix, std::string(512, 'p')), ""},
          {"513", SET(bucket_prefix, std::string(513, 'p')), "bucket_prefix must not exceed"},
          {"slash first", SET(bucket_prefix, "/logs/"), "bucket_prefix must not start with"},
          {"two slashes", SET(bucket_prefix, "a//b/"), "bucket_prefix must not hold empty"},
          {"up", SET(bucket_prefix, "a/../b/"), "bucket_prefix must not hold empty"},
          {"here", SET(bucket_prefix, "."), "bucket_prefix must not hold empty"},
          {"three dots", SET(bucket_prefix, ".../"), ""},
          {"control", SET(bucket_prefix, "a\tb/"), "bucket_prefix holds control"},
          {"not UTF-8", SET(bucket_prefix, "a\xFF/"), "bucket_prefix holds control"},
          {"a role", ([](TenantConfiguration& row) {
             row.log_distribution_role_arn = "arn:aws:iam::123456789012:role/x";
             row.external_id = "abc";
           }),
           ""},
      });
}

TEST(Validate, JudgesTheEncryptionOfABucketsObjects) {
  const std::string key = "arn:aws:kms:us-east-1:123456789012:key/0a-1";
  const auto with = [](const char* sse, const std::string& key_id) {
    return [sse, key_id](TenantConfiguration& row) {
      row.sse = sse;
      row.kms_key_id = key_id;
    };
  };
  expect_each(good_s3(), kAws,
              {{"none", with("none", ""), ""},
               {"S3's", with("AES256", ""), ""},
               {"the account's key", with("aws:kms", ""), ""},
               {"a key", with("aws:kms", key), ""},
               {"another", with("aes256", ""), "sse must be none"},
               {"a key for nothing", with("AES256", key), "kms_key_id is for sse aws:kms only"},
               {"a key alone", with("", key), "kms_key_id is for sse aws:kms only"},
               {"an alias", with("aws:kms", "alias/x"), "kms_key_id is not a key"},
               {"elsewhere", with("aws:kms", "arn:aws:kms:us-east-2:123456789012:key/1"),
                "kms_key_id is in another region"},
               {"another's", with("aws:kms", "arn:aws:kms:us-east-1:123456789013:key/1"),
                "kms_key_id is in another account"}});
}

TEST(Validate, TakesOurAccountAsExternalIdOnlyWhereTheRowSaysSo) {
  Rules rules = kAws;
  rules.central_accounts = {"000000000001", "000000000002"};
  const auto with = [](const char* id, bool is_said) {
    return [id, is_said](TenantConfiguration& row) {
      row.external_id = id;
      row.external_id_is_central_account = is_said;
    };
  };
  expect_each(
      good_cloudwatch(), rules,
      {{"ours", with("000000000002", false), "external_id is our own account"},
       {"and said", with("000000000002", true), ""},
       {"another's", with("000000000003", false), ""},
       {"said of another", with("000000000003", true), "external_id_is_central_account is true, but"}});
}

TEST(SharedExternalId, IsOneOfTwoTenantsButNotOfOnesDestinations) {
  TenantConfiguration row = good_cloudwatch();
  TenantConfiguration own = good_s3();
  own.external_id = row.external_id;
  EXPECT_FALSE(shared_external_id(row, {row, own}));
  TenantConfiguration other = row;
  other.tenant = TenantId("globex");
  const auto problem = shared_external_id(row, {own, other});
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->field, "external_id");
  EXPECT_EQ(problem->what, "is that of tenant \"globex\" too");
  other.external_id = "";
  row.external_id = "";
  EXPECT_FALSE(shared_external_id(row, {other})) << "neither has one";
  row.external_id = other.external_id = "000000000001";
  row.external_id_is_central_account = true;
  EXPECT_TRUE(shared_external_id(row, {other}));
  other.external_id_is_central_account = true;
  EXPECT_FALSE(shared_external_id(row, {other})) << "both say that all know it";
}

TEST(SharedBucketKeys, AreTwoEnabledDestinationsWithOneBucketAndPrefix) {
  TenantConfiguration one = good_s3();
  one.enabled = true;
  one.bucket_prefix = "logs/";
  TenantConfiguration other = one;
  other.type = DestinationName("s3");
  const std::vector<TenantConfiguration> itself = {one};
  EXPECT_FALSE(shared_bucket_keys(one, itself));
  for (const char* prefix : {"logs/", "logs"}) {
    other.bucket_prefix = prefix;
    const auto problem = shared_bucket_keys(one, {one, other});
    ASSERT_TRUE(problem) << prefix;
    EXPECT_EQ(problem->field, "bucket_prefix");
    EXPECT_TRUE(problem->what.starts_with("with this bucket is that of \"s3\" too")) << problem->what;
  }
  const std::vector<std::pair<const char*, Change>> apart = {
      {"another bucket", SET(bucket_name, "acme.logs-2")},
      {"another prefix", SET(bucket_prefix, "logs2")},
      {"none", SET(bucket_prefix, "")},
      {"inside", SET(bucket_prefix, "logs/acme-corp/_packed")},
      {"disabled", SET(enabled, false)},
      {"another tenant", SET(tenant, TenantId("globex"))},
      {"another kind", SET(type, DestinationName("cloudwatch"))}};
  for (const auto& [name, change] : apart) {
    TenantConfiguration changed = other;
    change(changed);
    EXPECT_FALSE(shared_bucket_keys(one, {changed})) << name;
    EXPECT_FALSE(shared_bucket_keys(changed, {one})) << name;
  }
}

TEST(Validate, RefusesFieldsOfTheOtherKind) {
  expect_each(good_cloudwatch(), kAws,
              {{"bucket", SET(bucket_name, "abc"), "bucket_name is for destinations of type s3 only"},
               {"prefix", SET(bucket_prefix, "x"), "bucket_prefix is for destinations of type s3 only"},
               {"encryption", SET(sse, "AES256"), "sse is for destinations of type s3 only"},
               {"key", SET(kms_key_id, "x"), "kms_key_id is for destinations of type s3 only"}});
  expect_each(
      good_s3(), kAws,
      {{"group", SET(log_group_name, "g"), "log_group_name is for destinations of type cloudwatch only"},
       {"stream", SET(log_stream_name, "{"), "log_stream_name is for destinations of type cloudwatch"},
       {"retention", SET(log_retention_days, 7), "log_retention_days is for destinations of type cloudwatch"},
       {"key", SET(log_kms_key_arn, "k"), "log_kms_key_arn is for destinations of type cloudwatch"}});
}

TEST(Validate, AsksForNoAccountRoleOrRegionOnOneMachine) {
  TenantConfiguration cloudwatch;
  cloudwatch.tenant = TenantId("acme");
  cloudwatch.type = DestinationName("cloudwatch");
  cloudwatch.log_group_name = "acme";
  TenantConfiguration s3;
  s3.tenant = TenantId("acme");
  s3.type = DestinationName("s3");
  s3.bucket_name = "acme";
  EXPECT_EQ(problems_of(cloudwatch, kLocal), "");
  EXPECT_EQ(problems_of(s3, kLocal), "");
  EXPECT_NE(problems_of(cloudwatch, kAws), "");
  expect_each(
      good_cloudwatch(), kLocal,
      {{"a bad role is still bad", SET(log_distribution_role_arn, "x"), "log_distribution_role_arn is not"},
       {"and a bad region", SET(target_region, "x"), "target_region is not a region"}});
}

TEST(Validate, NamesEveryBadFieldAtOnceInTheirOrder) {
  TenantConfiguration row;
  row.tenant = TenantId("-");
  row.type = DestinationName("cloudwatch");
  row.target_region = "x";
  row.desired_logs = {"a", "a"};
  row.account_id = "1";
  row.external_id = "?";
  row.log_distribution_role_arn = "x";
  row.log_group_name = "a b";
  row.log_stream_name = ":{x}";
  row.bucket_name = "b";
  row.bucket_prefix = "/";
  row.ttl = -1;
  std::string fields;
  for (const FieldProblem& problem : validate(row, kAws)) fields += problem.field + " ";
  EXPECT_EQ(
      fields,
      "tenant_id target_region desired_logs account_id external_id log_distribution_role_arn log_group_name "
      "log_stream_name log_stream_name bucket_name bucket_prefix ttl ");
}

TEST(Validate, SaysOnlyWhatItKnowsWhenTheTypeIsWrong) {
  TenantConfiguration row = good_s3();
  row.type = DestinationName("splunk");
  EXPECT_EQ(problems_of(row, kAws),
            "type must be cloudwatch or s3, or one of them with #name for a second one");
  row.type = DestinationName("");
  EXPECT_EQ(problems_of(row, kAws), "type is missing: cloudwatch or s3");
}

}  // namespace
}  // namespace headgate::tenants
