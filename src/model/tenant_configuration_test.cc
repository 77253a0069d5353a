#include "model/tenant_configuration.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <limits>
#include <random>

namespace headgate {
namespace {

using namespace std::string_literals;

TenantConfiguration full_configuration() {
  return {.tenant = TenantId("acme"),
          .type = DestinationName("s3#audit"),
          .enabled = true,
          .target_region = "eu-west-1",
          .desired_logs = {"payments", "012", "yes", ""},
          .account_id = "012345678901",
          .log_distribution_role_arn = "arn:aws:iam::012345678901:role/CustomerLogDistribution-1",
          .external_id = "7d9f",
          .external_id_is_central_account = true,
          .log_group_name = "/aws/logs/acme",
          .log_stream_name = "{pod_name}",
          .log_retention_days = 30,
          .log_kms_key_arn = "arn:aws:kms:eu-west-1:012345678901:key/k",
          .bucket_name = "acme-logs",
          .bucket_prefix = "logs/",
          .sse = "aws:kms",
          .kms_key_id = "arn:aws:kms:eu-west-1:012345678901:key/s",
          .ttl = 1'756'553'221,
          .created_at = "2025-08-30T11:27:01Z",
          .updated_at = "2025-08-30T11:27:02Z",
          .version = 7};
}

ReadConfiguration read_one(std::string_view document) {
  Result<std::vector<ReadConfiguration>> read = read_tenant_configurations(document);
  EXPECT_TRUE(read.ok()) << document << (read.ok() ? "" : read.error().what);
  if (!read.ok() || read->size() != 1) return {};
  return read->front();
}

TEST(TenantConfiguration, WritesEveryFieldInAFixedOrder) {
  EXPECT_EQ(
      to_json(full_configuration()),
      R"({"tenant_id":"acme","type":"s3#audit","enabled":true,"target_region":"eu-west-1",)"
      R"("desired_logs":["payments","012","yes",""],"account_id":"012345678901",)"
      R"("log_distribution_role_arn":"arn:aws:iam::012345678901:role/CustomerLogDistribution-1",)"
      R"("external_id":"7d9f","external_id_is_central_account":true,"log_group_name":"/aws/logs/acme","log_stream_name":"{pod_name}",)"
      R"("log_retention_days":30,"log_kms_key_arn":"arn:aws:kms:eu-west-1:012345678901:key/k",)"
      R"("bucket_name":"acme-logs","bucket_prefix":"logs/","sse":"aws:kms",)"
      R"("kms_key_id":"arn:aws:kms:eu-west-1:012345678901:key/s","ttl":1756553221,)"
      R"("created_at":"2025-08-30T11:27:01Z","updated_at":"2025-08-30T11:27:02Z","version":7})");
  EXPECT_EQ(to_yaml(full_configuration()),
            "tenant_id: acme\ntype: \"s3#audit\"\nenabled: true\ntarget_region: eu-west-1\ndesired_logs:\n"
            "  - payments\n  - \"012\"\n  - \"yes\"\n  - \"\"\naccount_id: \"012345678901\"\n"
            "log_distribution_role_arn: \"arn:aws:iam::012345678901:role/CustomerLogDistribution-1\"\n"
            "external_id: \"7d9f\"\nexternal_id_is_central_account: true\nlog_group_name: "
            "\"/aws/logs/acme\"\nlog_stream_name: \"{pod_name}\"\n"
            "log_retention_days: 30\nlog_kms_key_arn: \"arn:aws:kms:eu-west-1:012345678901:key/k\"\n"
            "bucket_name: acme-logs\nbucket_prefix: logs/\nsse: \"aws:kms\"\n"
            "kms_key_id: \"arn:aws:kms:eu-west-1:012345678901:key/s\"\nttl: 1756553221\n"
            "created_at: \"2025-08-30T11:27:01Z\"\nupdated_at: \"2025-08-30T11:27:02Z\"\nversion: 7\n");
  EXPECT_EQ(to_json({}), R"({"enabled":false})");
  EXPECT_EQ(to_yaml({}), "enabled: false\n");
}

TEST(TenantConfiguration, ReadsBackWhatItWroteWhateverIsInIt) {
  std::vector<std::string> texts = {
      "null",    "~",    "yes", "No", "true",       "012",  "0x1f", "1e3",    "-",      "- a",    "a: b",
      "#x",      "a #b", "\"",  "'",  "\\",         "\n",   "a\nb", "\r\n",   "\t",     " a ",    "&a",
      "*a",      "!a",   "%a",  "@a", "`a",         "[a]",  "{a}",  ",",      "?",      ":",      "|",
      ">",       "---",  "...", "ü",  "😀",          "\x7f", "\x01", "\u0085", "\u2028", "\ufeff", "\uffff",
      "nul\0l"s, "/",    "a/b", "y",  "2025-08-30", ".inf", ".nan", "<<",     "=",      "\u00a0"};
  std::mt19937 random(9);
  const std::string pieces[] = {"a", " ", "\n",   "\"", "\\", ":",  "#",      "-",     "'",
                                "ü", "😀", "\x1b", "{",  "]",  "\t", "\u2029", "\u009f"};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (std::size_t count = 1 + random() % 8; count > 0; --count)
      text += pieces[random() % std::size(pieces)];
    texts.push_back(text);
  }
  simdjson::dom::parser parser;
  for (const std::string& text : texts) {
    TenantConfiguration configuration = full_configuration();
    configuration.tenant = TenantId(text);
    configuration.external_id = text;
    configuration.bucket_prefix = text + text;
    configuration.desired_logs = {text, "plain", text};
    configuration.ttl = -1;
    for (const std::string& document : {to_json(configuration), to_yaml(configuration)}) {
      const ReadConfiguration read = read_one(document);
      ASSERT_EQ(read.configuration, configuration) << document;
      ASSERT_EQ(in_words(read.problems), "") << document;
    }
    ASSERT_EQ(to_json(configuration).find('\n'), std::string::npos);
    ASSERT_EQ(parser.parse(to_json(configuration)).error(), simdjson::SUCCESS);
  }
  TenantConfiguration extreme;
  extreme.version = std::numeric_limits<std::uint64_t>::max();
  extreme.ttl = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(read_one(to_json(extreme)).configuration, extreme);
  EXPECT_EQ(read_one(to_yaml(extreme)).configuration, extreme);
}

TEST(TenantConfiguration, TakesScalarsInTextFieldsAsTheyAreWritten) {
  for (const char* document :
       {"account_id: 012345678901\nexternal_id: 1.10\nbucket_name: true\n",
        "{account_id: 012345678901, external_id: 1.10, bucket_name: true}",
        "{\"account_id\": \"012345678901\", \"external_id\": 1.10, \"bucket_name\": true}"}) {
    const ReadConfiguration read = read_one(document);
    EXPECT_EQ(read.configuration.account_id, "012345678901");
    EXPECT_EQ(read.configuration.external_id, "1.10");
    EXPECT_EQ(read.configuration.bucket_name, "true");
    EXPECT_TRUE(read.problems.empty());
  }
}

TEST(TenantConfiguration, AbsentAndNullFieldsKeepTheirDefaults) {
  const ReadConfiguration read = read_one(
      "tenant_id: ~\ntype:\nenabled: null\ndesired_logs:\nttl: ~\nversion: null\nbucket_name: null\n");
  EXPECT_EQ(read.configuration, TenantConfiguration{});
  EXPECT_TRUE(read.problems.empty());
  EXPECT_EQ(read_one("{}").configuration, TenantConfiguration{});
}

TEST(TenantConfiguration, NamesEveryProblemAtOnceWithItsLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"tenant_id: a\nenabled: yes\nttl: 1.5\n",
       "line 2: enabled: must be true or false, line 3: ttl: must be a whole number of Unix seconds"},
      {"enabled: \"true\"", "line 1: enabled: must be true or false"},
      {"enabled: True", "line 1: enabled: must be true or false"},
      {"{\n\"enabled\":\n1}", "line 2: enabled: must be true or false"},
      {"ttl: \"17\"", "line 1: ttl: must be a whole number of Unix seconds"},
      {"ttl: 012", "line 1: ttl: must be a whole number of Unix seconds"},
      {"ttl: 1e9", "line 1: ttl: must be a whole number of Unix seconds"},
      {"ttl: 9223372036854775808", "line 1: ttl: must be a whole number of Unix seconds"},
      {"version: -1", "line 1: version: must be a whole number, 0 or more"},
      {"desired_logs: payments", "line 1: desired_logs: must be a list of texts"},
      {"desired_logs: {a: b}", "line 1: desired_logs: must be a list of texts"},
      {"desired_logs:\n- a\n- [b]\n- ~\n",
       "line 3: desired_logs[1]: must be a text, line 4: desired_logs[2]: must be a text"},
      {"bucket_name: [a]\nbucket_prefix: {a: b}\n",
       "line 1: bucket_name: must be a text, line 2: bucket_prefix: must be a text"},
      {"type: s3\ntype: s3\n", "line 2: type: given twice"},
      {"{\"enabled\":false,\"enabled\":true}", "line 1: enabled: given twice"},
      {"group: [a]\nTenant_id: b\n", "line 1: group: unknown field, line 2: Tenant_id: unknown field"},
      {"groups: API\n", "line 1: groups: must be a list of texts"},
      {"<<: {a: b}", "line 1: <<: unknown field"},
      {"\"a\\nb\": 1", "line 1: \"a\\nb\": unknown field"},
      {"? " + std::string(200, 'x') + "\n: 1", "line 1: \"" + std::string(100, 'x') + "\": unknown field"},
  };
  for (const auto& [document, words] : cases)
    EXPECT_EQ(in_words(read_one(document).problems), words) << document;
  EXPECT_FALSE(read_one("{\"enabled\":false,\"enabled\":true}").configuration.enabled);
}

TEST(TenantConfiguration, TheNumberOfProblemsIsBounded) {
  std::string document;
  for (int field = 0; field < 5000; ++field) document += "f" + std::to_string(field) + ": 1\n";
  EXPECT_EQ(read_one(document).problems.size(), 100U);
}

TEST(TenantConfiguration, ReadsASequenceOfMappings) {
  for (const char* document :
       {"- tenant_id: a\n  type: s3\n- tenant_id: b\n  nonsense: 1\n",
        "[{\"tenant_id\":\"a\",\"type\":\"s3\"},\n\n\n{\"tenant_id\":\"b\",\"nonsense\":1}]"}) {
    const auto read = read_tenant_configurations(document).value();
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].configuration.type, DestinationName("s3"));
    EXPECT_EQ(read[1].configuration.tenant, TenantId("b"));
    EXPECT_EQ(in_words(read[1].problems), "line 4: nonsense: unknown field");
  }
  EXPECT_TRUE(read_tenant_configurations("[]").value().empty());
}

TEST(TenantConfiguration, RefusesWhatIsNoMapping) {
  const std::pair<const char*, const char*> cases[] = {
      {"text", "line 1: must be a mapping of fields"},
      {"\n- a: 1\n", ""},
      {"[{}, 7]", "line 1: must be a mapping of fields"},
      {"- tenant_id: a\n- 7\n", "line 2: must be a mapping of fields"},
      {"a: b: c", "line 1: illegal map value"},
  };
  for (const auto& [document, what] : cases) {
    const auto read = read_tenant_configurations(document);
    EXPECT_EQ(read.ok() ? "" : read.error().what, what) << document;
  }
}

TEST(TenantConfiguration, TheKindIsWhatStandsBeforeTheHash) {
  EXPECT_EQ(kind_of(DestinationName("s3")), DestinationKind::S3);
  EXPECT_EQ(kind_of(DestinationName("s3#audit#x")), DestinationKind::S3);
  EXPECT_EQ(kind_of(DestinationName("cloudwatch")), DestinationKind::CloudWatch);
  EXPECT_EQ(kind_of(DestinationName("cloudwatch#a")), DestinationKind::CloudWatch);
  for (const char* type : {"", "#", "S3", "s3 ", "s", "s3x", "cloudwatch-a"})
    EXPECT_EQ(kind_of(DestinationName(type)), std::nullopt);
}

}  // namespace
}  // namespace headgate
